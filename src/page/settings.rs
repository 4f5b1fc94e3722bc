//! With which options it was found.

use std::fmt::{self, Display, Formatter};

use crate::article::detector::Detector;
use crate::text::normalizer::Normalizer;
use crate::text::paragraph::Boundary;

/// Begins the footer, and lists the options in it: those of the detector with `more` among them.
pub(super) fn write(
    f: &mut Formatter<'_>,
    detector: &Detector,
    boundary: Boundary,
    more: &[(&str, &dyn Display)],
) -> fmt::Result {
    let rules = detector.normalizer();
    writeln!(f, "<footer>\n<h2>How it was found</h2>\n<dl class=\"settings\">")?;
    let mut setting =
        |name: &str, value: &dyn Display| writeln!(f, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    setting("Threshold", &format_args!("{} {}", detector.measure(), detector.threshold()))?;
    setting("Shingles", &detector.shingles())?;
    setting("Boundary", &boundary)?;
    more.iter().try_for_each(|(name, value)| setting(name, value))?;
    let is_default = rules == Normalizer::new();
    let changes =
        if is_default { "the default ones".to_owned() } else { rules.changes_from(Normalizer::new()) };
    setting("Rules", &changes)?;
    setting("Fingerprint", &format_args!("{:016x}", detector.fingerprint()))?;
    setting("Program", &format_args!("dittograph {}", env!("CARGO_PKG_VERSION")))?;
    writeln!(f, "</dl>")
}
