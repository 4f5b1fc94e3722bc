//! A random sample of the removals, the same each time, to be read by eye.

use std::fmt::{self, Formatter};

use super::beside::{Beside, KEY};
use super::tally::Kind;
use super::{Contents, Counted, MAX_BEGINNING, Room, cut, first_by};
use crate::corpus::{Found, Redundant, Removal};
use crate::hash;
use crate::page::{Number, escape};

/// The greatest number of removals in the sample: the kinds that there are share it.
const MAX_SAMPLES: usize = 200;

/// The greatest number of bytes of the sample.
const MAX_LEN: usize = 1_500_000;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let tally = &contents.tally;
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|&kind| tally.removed(kind) > 0).collect();
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<section aria-labelledby=\"samples\">\n<h2 id=\"samples\">A sample, to be read</h2>\n<p class=\"key\">{} at most, drawn \
         at random with a fixed seed. {KEY}</p>",
        Counted(MAX_SAMPLES, "removal", "removals")
    )?;
    let mut beside = Beside::new(contents);
    // What needs the eye most comes first.
    kinds.iter().rev().try_for_each(|&kind| write_kind(f, contents, kind, kinds.len(), &mut beside))?;
    writeln!(f, "</section>")
}

fn write_kind(
    f: &mut Formatter<'_>,
    contents: &Contents<'_>,
    kind: Kind,
    kinds: usize,
    beside: &mut Beside<'_>,
) -> fmt::Result {
    let name = match kind {
        Kind::Exact => "Exact copies",
        Kind::Threshold if contents.found.is_lossless() => "Held whole",
        Kind::Threshold => "Near copies by the threshold",
        Kind::Run => "Near copies by the run",
    };
    writeln!(f, "<h3>{name}</h3>\n<ol class=\"rows{}\">", contents.direction())?;
    let (mut room, mut shown) = (Room(MAX_LEN / kinds), 0);
    let all = contents.redundant.iter().filter(|removal| Kind::of(removal) == kind);
    for removal in sample(all, MAX_SAMPLES / kinds) {
        let mut row = String::new();
        beside.write(&mut row, "li", removal)?;
        if !room.takes(&row) {
            break;
        }
        f.write_str(&row)?;
        shown += 1;
    }
    writeln!(f, "</ol>")?;
    let all = contents.tally.removed(kind);
    if all > shown {
        writeln!(
            f,
            "<p class=\"capped\">{} of {} are shown. <code>dittograph dedup --pairs FILE --with-text</code> writes all of \
             them.</p>",
            Number(shown),
            Number(all)
        )?;
    }
    Ok(())
}

/// Returns true if most letters of what is kept are of scripts that are written from the right, by a sample.
pub(super) fn is_from_right(found: &Found<'_>, redundant: &Redundant) -> bool {
    let kept = sample(redundant.iter(), MAX_SAMPLES).into_iter();
    let texts: String = kept
        .filter_map(|removal| found.text(removal.kept))
        .map(|text| cut(&text, MAX_BEGINNING).into_owned())
        .collect();
    escape::is_from_right(&texts)
}

/// Draws `count` of some removals, those with the least of random numbers, in their order.
fn sample<'r>(removals: impl Iterator<Item = &'r Removal>, count: usize) -> Vec<&'r Removal> {
    let number = |removal: &Removal| {
        hash::sequence((removal.removed.document << 20) ^ u64::from(removal.removed.paragraph))
    };
    let mut sample = first_by(removals, count, |a, b| number(a).cmp(&number(b)));
    sample.sort_by_key(|removal| removal.removed);
    sample
}
