//! How alike near copies are to what is kept: a histogram, with the threshold and the chance that the banding finds a pair.

use std::fmt::{self, Formatter, Write};

use super::tally::{BARS, Kind};
use super::{Contents, Counted, name_of};
use crate::lsh::Banding;
use crate::page::Number;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 300.0;

/// Between the frame and the edge of the drawing, for the labels.
const SIDE: f64 = 92.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;

/// How many lines the curve is drawn with.
const STEPS: u32 = 100;

pub(super) fn write(f: &mut Formatter<'_>, contents: &Contents<'_>) -> fmt::Result {
    let tally = &contents.tally;
    if tally.near() == 0 {
        return Ok(());
    }
    let chart = Chart::new(contents);
    let measure = name_of(tally.measure);
    writeln!(
        f,
        "<section aria-labelledby=\"similarity\">\n<h2 id=\"similarity\">How alike near copies are</h2>\n\
         <figure class=\"chart\">\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Near copies by their {measure} with the \
         paragraph that is kept; the same figures are in the table below\">",
        WIDTH + 2.0 * SIDE,
        HEIGHT + TOP + BOTTOM
    )?;
    chart.write(f)?;
    writeln!(f, "</svg>\n<figcaption>{}</figcaption>\n</figure>", chart.caption())?;
    write_recall(f, contents, chart.banding)?;
    chart.write_table(f)?;
    writeln!(f, "</section>")
}

/// Says how many pairs the banding finds, and how many it may miss.
fn write_recall(f: &mut Formatter<'_>, contents: &Contents<'_>, banding: Option<Banding>) -> fmt::Result {
    let found = contents.found;
    let Some(banding) = banding else {
        let what = if found.is_lossless() { "Lossless removal" } else { "The exact join" };
        return writeln!(f, "<p class=\"sum\">{what} misses no pair.</p>");
    };
    let tally = &contents.tally;
    let threshold = found.contents.detector.threshold();
    write!(
        f,
        "<p class=\"sum\">The banding, {banding}, finds {} of the pairs at the threshold of {threshold}, and more of those above.",
        Chance(banding.recall_at(threshold))
    )?;
    let near = tally.removed(Kind::Threshold);
    if near > 0 {
        let near = Counted(near, "near copy", "near copies");
        write!(f, " Beside the {near} by the threshold it may have missed {}: ", Estimate(tally.missed))?;
        write!(
            f,
            "an estimate, as of pairs that are found with a chance of <i>p</i> there are (1\u{a0}−\u{a0}<i>p</i>)\u{a0}/\u{a0}<i>p</i> more."
        )?;
        write!(f, " <code>--candidates exact</code> misses none.")?;
    }
    writeln!(f, "</p>")
}

struct Chart<'p> {
    contents: &'p Contents<'p>,
    banding: Option<Banding>,
    threshold: Option<f64>,
    highest: usize,
}

impl<'p> Chart<'p> {
    fn new(contents: &'p Contents<'p>) -> Self {
        let found = contents.found;
        let threshold = (!found.is_lossless()).then(|| found.contents.detector.threshold());
        let highest = contents.tally.bars.iter().map(|[threshold, run]| threshold + run).max();
        Self { contents, banding: found.contents.banding, threshold, highest: highest.unwrap_or(0).max(1) }
    }

    fn caption(&self) -> String {
        let measure = name_of(self.contents.tally.measure);
        let mut caption = format!(
            "Across, the {measure} of a removed paragraph and the one that is kept, from 0 to 1; up, how many there are. Exact \
             copies are left out."
        );
        if self.contents.tally.removed(Kind::Run) > 0 {
            caption.push_str(" Full bars: by the threshold; hollow ones, on top of them: by the run.");
        }
        if self.threshold.is_some() {
            caption.push_str(" Dashed: the threshold.");
        }
        if self.banding.is_some() {
            caption
                .push_str(" Curve, with the scale on the right: the chance that the banding finds a pair.");
        }
        caption
    }

    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (right, base) = (SIDE + WIDTH, TOP + HEIGHT);
        writeln!(f, "<path class=\"frame\" d=\"M{SIDE} {TOP}H{right}V{base}H{SIDE}Z\"/>")?;
        self.write_bars(f)?;
        if let Some(banding) = self.banding {
            writeln!(f, "<path class=\"curve\" d=\"{}\"/>", curve(banding))?;
            for percent in [0_u32, 50, 100] {
                let y = base - HEIGHT * f64::from(percent) / 100.0 + 8.0;
                writeln!(
                    f,
                    "<text class=\"tick curve-tick\" x=\"{}\" y=\"{y:.1}\">{percent} %</text>",
                    right + 12.0
                )?;
            }
        }
        if let Some(threshold) = self.threshold {
            let x = SIDE + WIDTH * threshold;
            writeln!(
                f,
                "<path class=\"threshold\" d=\"M{x:.1} {:.1}V{base}\"/>\n<text class=\"tick middle\" x=\"{x:.1}\" \
                 y=\"{:.1}\">threshold {threshold}</text>",
                TOP - 6.0,
                TOP - 14.0
            )?;
        }
        writeln!(
            f,
            "<text class=\"tick end\" x=\"{0}\" y=\"{1}\">{2}</text>\n<text class=\"tick end\" x=\"{0}\" y=\"{3}\">0</text>",
            SIDE - 12.0,
            TOP + 8.0,
            Number(self.highest),
            base + 8.0
        )?;
        for tenth in [0_u32, 2, 4, 6, 8, 10] {
            let x = SIDE + WIDTH * f64::from(tenth) / 10.0;
            let y = base + 40.0;
            writeln!(
                f,
                "<text class=\"tick middle\" x=\"{x}\" y=\"{y}\">{}</text>",
                f64::from(tenth) / 10.0
            )?;
        }
        Ok(())
    }

    fn write_bars(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let width = WIDTH / BARS as f64;
        for (bar, counts) in self.contents.tally.bars.iter().enumerate() {
            let x = SIDE + width * bar as f64 + 1.5;
            let mut y = TOP + HEIGHT;
            for (count, class) in counts.iter().zip(["near", "by-run"]).filter(|(count, _)| **count > 0) {
                // The lowest can still be seen.
                let height = (HEIGHT * *count as f64 / self.highest as f64).max(2.0);
                y -= height;
                writeln!(
                    f,
                    "<rect class=\"column {class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
                    width - 3.0
                )?;
            }
        }
        Ok(())
    }

    /// Writes what the drawing shows, in figures.
    fn write_table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tally = &self.contents.tally;
        let recall = if self.banding.is_some() {
            "<th scope=\"col\" class=\"count\">Found, of all such</th>"
        } else {
            ""
        };
        writeln!(
            f,
            "<details>\n<summary>The same in figures</summary>\n<table class=\"numbers\">\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" \
             class=\"count\">By the threshold</th><th scope=\"col\" class=\"count\">By the run</th>{recall}</tr></thead>\n<tbody>",
            name_of(tally.measure)
        )?;
        let edge = |bar: usize| bar as f64 / BARS as f64;
        for (bar, [threshold, run]) in
            tally.bars.iter().enumerate().filter(|(_, counts)| counts.iter().any(|&n| n > 0))
        {
            write!(
                f,
                "<tr><th scope=\"row\">{:.2} to {:.2}</th><td class=\"count\">{}</td><td class=\"count\">{}</td>",
                edge(bar),
                edge(bar + 1),
                Number(*threshold),
                Number(*run)
            )?;
            if let Some(banding) = self.banding {
                let (low, high) = (banding.recall_at(edge(bar)), banding.recall_at(edge(bar + 1)));
                write!(f, "<td class=\"count\">{} to {}</td>", Chance(low), Chance(high))?;
            }
            writeln!(f, "</tr>")?;
        }
        writeln!(f, "</tbody>\n</table>\n</details>")
    }
}

/// Returns the line of the chance to be found, from a Jaccard of 0 to one of 1.
fn curve(banding: Banding) -> String {
    let mut line = String::new();
    for step in 0..=STEPS {
        let jaccard = f64::from(step) / f64::from(STEPS);
        let command = if step == 0 { 'M' } else { 'L' };
        let y = TOP + HEIGHT * (1.0 - banding.recall_at(jaccard));
        _ = write!(line, "{command}{:.1} {y:.1}", SIDE + WIDTH * jaccard);
    }
    line
}

/// Writes a probability in per cent, rounded down.
struct Chance(f64);

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}\u{a0}%", (1000.0 * self.0).floor() / 10.0)
    }
}

/// Writes an estimated number.
struct Estimate(f64);

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < 1.0 {
            return f.write_str("less than one more");
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is positive; `as` saturates
        let rounded = self.0.round() as usize;
        write!(f, "about {} more", Number(rounded))
    }
}
