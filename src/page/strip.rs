//! The strip: the paragraphs in reading order, wide as they are long, with arcs from what stands first to what repeats it.

use std::fmt::{self, Formatter};
use std::ops::Range;

use super::{COLOURS, Contents, Name, Number, Span};

/// The greatest number of bars; where there are more paragraphs, a bar is several.
const MAX_BARS: usize = 500;

/// The greatest number of arcs.
const MAX_ARCS: usize = 200;

const WIDTH: f64 = 1000.0;
const ARC_HEIGHT: f64 = 290.0;
const BAR_HEIGHT: f64 = 28.0;
const LABEL_HEIGHT: f64 = 34.0;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let strip = Strip::new(contents);
    if strip.bars.is_empty() {
        return Ok(());
    }
    let has_arcs = !contents.passages.is_empty();
    let arcs = strip.arcs();
    let top = arcs.iter().map(|arc| arc.high + 4.0).fold(0.0, f64::max);
    let height = top + BAR_HEIGHT + if has_arcs { LABEL_HEIGHT } else { 0.0 };
    writeln!(
        f,
        "<figure class=\"strip\">\n<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"group\" \
         aria-label=\"The paragraphs in reading order\">"
    )?;
    Strip::write_arcs(f, &arcs, top)?;
    strip.write_bars(f, top)?;
    if has_arcs {
        strip.write_labels(f, top + BAR_HEIGHT + 8.0)?;
    }
    write!(f, "</svg>\n<figcaption>")?;
    write!(
        f,
        "The article from {}: ",
        if contents.is_from_right { "right to left" } else { "left to right" }
    )?;
    match contents.report.paragraphs.len().div_ceil(strip.bars.len()) {
        1 => write!(f, "a bar for each paragraph, as wide as it is long.")?,
        several => write!(f, "a bar for each {} paragraphs, as wide as they are long.", Number(several))?,
    }
    if has_arcs {
        let copies = if strip.is_thin() { "pale" } else { "hollow" };
        write!(f, " Arcs lead from a passage to where it comes again; {copies} bars are the copies.")?;
    }
    let all: usize = contents.passages.iter().map(|passage| passage.later.len()).sum();
    if all > arcs.len() {
        write!(f, " {} of {} arcs are drawn.", Number(arcs.len()), Number(all))?;
    }
    writeln!(f, "</figcaption>\n</figure>")
}

/// From a passage to where it comes again.
struct Arc<'c> {
    passage: usize,
    earlier: &'c Range<usize>,
    later: &'c Range<usize>,
    /// From where to where its left foot reaches, …
    left: (f64, f64),
    /// … and its right one.
    right: (f64, f64),
    high: f64,
}

impl Arc<'_> {
    fn width(&self) -> f64 {
        self.right.1 - self.left.0
    }
}

struct Strip<'c> {
    contents: &'c Contents<'c>,
    /// Paragraphs in a bar.
    each: usize,
    /// From where to where each bar reaches, in the order of the paragraphs.
    bars: Vec<(f64, f64)>,
}

impl<'c> Strip<'c> {
    fn new(contents: &'c Contents<'c>) -> Self {
        let paragraphs = &contents.report.paragraphs;
        let each = paragraphs.len().div_ceil(MAX_BARS).max(1);
        let lengths: Vec<f64> = paragraphs
            .chunks(each)
            .map(|bar| bar.iter().map(|paragraph| paragraph.as_str().chars().count()).sum::<usize>() as f64)
            .collect();
        // The shortest can still be seen.
        let least = lengths.iter().sum::<f64>() / (4 * lengths.len().max(1)) as f64;
        let all: f64 = lengths.iter().map(|length| length.max(least)).sum();
        let mut start = 0.0;
        let bars = lengths.iter().map(|length| {
            let end = start + WIDTH * length.max(least) / all;
            (std::mem::replace(&mut start, end), end)
        });
        Self { contents, each, bars: bars.collect() }
    }

    /// Returns true if the bars are too narrow for a hollow one to be told from a full one.
    fn is_thin(&self) -> bool {
        self.bars.len() > 120
    }

    /// Returns from where to where some paragraphs reach, from the left.
    fn reach(&self, paragraphs: &Range<usize>) -> (f64, f64) {
        let (start, _) = self.bars[paragraphs.start / self.each];
        let (_, end) = self.bars[(paragraphs.end - 1) / self.each];
        if self.contents.is_from_right { (WIDTH - end, WIDTH - start) } else { (start, end) }
    }

    /// Returns the arcs, the first [`MAX_ARCS`] of them.
    fn arcs(&self) -> Vec<Arc<'c>> {
        let passages = self.contents.passages.iter().enumerate();
        let arc = |passage, earlier, later| {
            let (one, other) = (self.reach(earlier), self.reach(later));
            let (left, right) = if one.0 <= other.0 { (one, other) } else { (other, one) };
            Arc { passage, earlier, later, left, right, high: 0.0 }
        };
        let arcs = passages
            .flat_map(|(n, passage)| passage.later.iter().map(move |later| (n, &passage.earlier, later)));
        let mut arcs: Vec<Arc<'c>> =
            arcs.take(MAX_ARCS).map(|(n, earlier, later)| arc(n, earlier, later)).collect();
        let widest = arcs.iter().map(Arc::width).fold(1.0, f64::max);
        for arc in &mut arcs {
            // As high as the widest allows, but no needle.
            arc.high = (ARC_HEIGHT * (0.1 + 0.9 * arc.width() / widest)).min(12.0 + 0.75 * arc.width());
        }
        arcs
    }

    fn write_arcs(f: &mut Formatter<'_>, arcs: &[Arc<'_>], base: f64) -> fmt::Result {
        for arc in arcs {
            let ((start, inner_start), (inner_end, end)) = (arc.left, arc.right);
            let (outer, inner) = (arc.width() / 2.0, ((inner_end - inner_start) / 2.0).max(0.0));
            let (high, low) = (arc.high, arc.high * inner / outer);
            writeln!(
                f,
                "<a href=\"#{}\" aria-label=\"{}: {} comes again as {}\"><path class=\"arc k{}\" d=\"M{start:.1} \
                 {base:.1}A{outer:.1} {high:.1} 0 0 1 {end:.1} {base:.1}H{inner_end:.1}A{inner:.1} {low:.1} 0 0 0 \
                 {inner_start:.1} {base:.1}Z\"/></a>",
                Contents::passage_link(arc.passage),
                Name(arc.passage),
                Span(arc.earlier),
                Span(arc.later),
                arc.passage % COLOURS
            )?;
        }
        Ok(())
    }

    fn write_bars(&self, f: &mut Formatter<'_>, top: f64) -> fmt::Result {
        let gap = (0.15 * WIDTH / self.bars.len() as f64).min(2.0);
        let paragraphs = self.contents.report.paragraphs.len();
        let thin = if self.is_thin() { " thin" } else { "" };
        for first in (0..paragraphs).step_by(self.each) {
            let range = first..paragraphs.min(first + self.each);
            let (start, end) = self.reach(&range);
            let place = self.contents.places[range.clone()].iter().flatten().next();
            let class = match place {
                Some(place) if place.is_later => format!("again{thin} k{}", place.passage % COLOURS),
                Some(place) => format!("first k{}", place.passage % COLOURS),
                None => "plain".to_owned(),
            };
            writeln!(
                f,
                "<a href=\"#{}\" tabindex=\"-1\" aria-label=\"Paragraph {}\"><rect class=\"bar {class}\" x=\"{:.1}\" \
                 y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/></a>",
                self.contents.link(first),
                Span(&range),
                start + gap / 2.0,
                top + 1.0,
                end - start - gap,
                BAR_HEIGHT - 2.0
            )?;
        }
        Ok(())
    }

    /// Writes the names of the passages below their bars, where there is room.
    fn write_labels(&self, f: &mut Formatter<'_>, base: f64) -> fmt::Result {
        const ROOM: f64 = 26.0;
        let mut taken: Vec<f64> = Vec::new();
        for (n, passage) in self.contents.passages.iter().enumerate().take(MAX_ARCS) {
            for side in passage.sides().take(MAX_ARCS) {
                let (start, end) = self.reach(side);
                let middle = f64::midpoint(start, end).clamp(8.0, WIDTH - 8.0);
                if taken.iter().any(|other| (other - middle).abs() < ROOM) {
                    continue;
                }
                taken.push(middle);
                writeln!(
                    f,
                    "<text class=\"label k{}\" x=\"{middle:.1}\" y=\"{base:.1}\" aria-hidden=\"true\">{}</text>",
                    n % COLOURS,
                    Name(n)
                )?;
            }
        }
        Ok(())
    }
}
