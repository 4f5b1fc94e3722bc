//! The tables, tab-separated.

use std::borrow::Cow;

use dittograph::{CorpusRun, Evidence, Found, ParagraphId, Similarity};

pub const RUNS: &str = "earlier_doc\tearlier_start\tearlier_end\tlater_doc\tlater_start\tlater_end\n";

/// The table of removals or pairs.
pub struct Table<'f> {
    /// Gives the id of a document.
    pub name: &'f (dyn Fn(u64) -> Cow<'f, str> + Sync),
    pub found: &'f Found<'f>,
    /// Each row has the texts of both paragraphs.
    pub with_text: bool,
}

impl Table<'_> {
    /// Returns the names of the columns, of which some begin with `one` and some with `other`.
    pub fn header(&self, one: &str, other: &str) -> String {
        let texts = if self.with_text { format!("\t{one}_text\t{other}_text") } else { String::new() };
        let ids = format!("{one}_doc\t{one}_paragraph\t{other}_doc\t{other}_paragraph");
        format!("{ids}\tjaccard\tcontainment\texact\tevidence\tlcs{texts}\n")
    }

    /// Returns the cell of how much is in the same order, which is not known of the texts of an index.
    fn lcs(&self, [one, other]: [ParagraphId; 2], similarity: &Similarity) -> String {
        match self.found.known(one.document) {
            Some(_) if similarity.is_exact() => "1.000000".to_owned(),
            Some(_) => String::new(),
            None => ratio(self.found.lcs(one, other)),
        }
    }

    pub fn row(&self, [one, other]: [ParagraphId; 2], similarity: &Similarity, evidence: Evidence) -> String {
        let mut row = format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{evidence}\t{}",
            escaped(&(self.name)(one.document)),
            one.paragraph,
            escaped(&(self.name)(other.document)),
            other.paragraph,
            ratio(similarity.jaccard()),
            ratio(similarity.containment()),
            similarity.is_exact(),
            self.lcs([one, other], similarity),
        );
        for paragraph in [one, other].into_iter().filter(|_| self.with_text) {
            row.push('\t');
            row.push_str(&escaped(&self.found.text(paragraph).unwrap_or_default()));
        }
        row.push('\n');
        row
    }
}

/// Returns what `{:.6}` writes of a ratio from 0 to 1.
// That is exact for any number, and took 3 % of the time of `dedup --pairs` on real text (profile).
fn ratio(ratio: f64) -> String {
    const ONE: f64 = 1e6;
    let (down, rest) = ((ratio * ONE).floor(), (ratio * ONE).fract());
    if (rest - 0.5).abs() < 1e-3 || !(0.0..=1.0).contains(&ratio) {
        return format!("{ratio:.6}"); // which way it is rounded, its last bit may say
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most ONE
    let mut digits = (down + f64::from(rest > 0.5)) as u32;
    let mut text = *b"0.000000";
    for place in text.iter_mut().rev() {
        if *place != b'.' {
            *place = b'0' + (digits % 10) as u8;
            digits /= 10;
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// A row of [`RUNS`].
pub fn run<'d>(name: &dyn Fn(u64) -> Cow<'d, str>, run: &CorpusRun) -> String {
    let (earlier, later) = (&run.earlier, &run.later);
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\n",
        escaped(&name(earlier.document)),
        earlier.paragraphs.start,
        earlier.paragraphs.end,
        escaped(&name(later.document)),
        later.paragraphs.start,
        later.paragraphs.end
    )
}

/// Returns a text as one cell.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r')) {
        return Cow::Borrowed(text);
    }
    let escaped = text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_written_as_by_the_formatter() {
        for union in (1..700_u32).chain([1 << 20, 999_983, 2_000_000]) {
            for common in (0..=union).step_by(1 + union as usize / 700) {
                let value = f64::from(common) / f64::from(union);
                assert_eq!(ratio(value), format!("{value:.6}"), "{common} of {union}");
            }
        }
        assert_eq!(ratio(0.999_999_6), "1.000000");
    }
}
