//! The dot plot: a mark for each pair, across where a paragraph stands first and down where it comes again. A passage that
//! comes again is a line beside the diagonal.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};

use super::{COLOURS, Contents, Number, Span};

/// The greatest number of marks. Where there are more, a mark is all pairs of some paragraphs beside one another.
const MAX_DOTS: usize = 1_500;

/// The greatest number of steps on either side.
const MAX_STEPS: usize = 400;

const SIZE: f64 = 400.0;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let paragraphs = contents.report.paragraphs.len();
    let mut each = paragraphs.div_ceil(MAX_STEPS).max(1);
    let mut dots = dots(contents, each);
    while dots.len() > MAX_DOTS {
        each *= 2;
        dots = self::dots(contents, each);
    }
    let steps = paragraphs.div_ceil(each);
    let step = SIZE / steps as f64;
    let size = (step * 0.8).max(3.0);
    writeln!(
        f,
        "<figure class=\"dots\">\n<svg viewBox=\"-3 -3 {0} {0}\" role=\"group\" aria-label=\"Each pair of paragraphs as a \
         point\">\n<path class=\"frame\" d=\"M0 0H{SIZE}V{SIZE}H0Z\"/>",
        SIZE + 6.0
    )?;
    let is_from_right = contents.is_from_right;
    let diagonal = if is_from_right { format!("M{SIZE} 0L0 {SIZE}") } else { format!("M0 0L{SIZE} {SIZE}") };
    writeln!(f, "<path class=\"diagonal\" d=\"{diagonal}\"/>")?;
    for ((later, earlier), is_exact) in dots {
        let across = if is_from_right { steps - 1 - earlier } else { earlier };
        let place = |n: usize| (n as f64 + 0.5) * step - size / 2.0;
        let range = |n: usize| n * each..paragraphs.min((n + 1) * each);
        let colour = contents.places[range(later)].iter().flatten().find(|place| place.is_later);
        let colour = colour.map_or(0, |place| place.passage % COLOURS);
        writeln!(
            f,
            "<a href=\"#{}\" tabindex=\"-1\" aria-label=\"Paragraph {} repeats {}\"><rect class=\"dot {} k{colour}\" \
             x=\"{:.1}\" y=\"{:.1}\" width=\"{size:.1}\" height=\"{size:.1}\"/></a>",
            contents.link(later * each),
            Span(&range(later)),
            Span(&range(earlier)),
            if is_exact { "exact" } else { "near" },
            place(across),
            place(later)
        )?;
    }
    let side = if is_from_right { "from the right" } else { "from the left" };
    write!(
        f,
        "</svg>\n<figcaption>Each mark is a pair: across, {side}, where a paragraph stands first; down, where it comes again. \
         Full: the same words; hollow: nearly the same. A body that stands twice is a line beside the diagonal."
    )?;
    if each > 1 {
        write!(f, " A mark is all pairs of {} paragraphs with {0}.", Number(each))?;
    }
    writeln!(f, "</figcaption>\n</figure>")
}

/// Returns which marks there are, by row and column, each of `each` paragraphs, and whether one of its pairs is exact.
fn dots(contents: &Contents<'_>, each: usize) -> BTreeMap<(usize, usize), bool> {
    let mut dots = BTreeMap::new();
    for pair in contents.report.pairs() {
        *dots.entry((pair.later / each, pair.earlier / each)).or_default() |= pair.similarity.is_exact();
    }
    dots
}
