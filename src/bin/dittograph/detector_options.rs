//! The options that say what counts as a repeated paragraph.

use crate::print;
use crate::values::number;
use dittograph::{Boundary, Config, Measure, Normalizer, Rule, Shingles};

#[derive(clap::Args)]
#[command(next_help_heading = "What counts as a repeat")]
pub struct DetectorOptions {
    /// How alike two paragraphs must be: 0 < T <= 1
    #[arg(short, long, value_name = "T", default_value_t = 0.7, value_parser = number, allow_negative_numbers = true)]
    pub threshold: f64,
    /// What the threshold is held against: jaccard, containment
    #[arg(long, default_value_t)]
    pub measure: Measure,
    /// What is compared: words:N, chars:N, auto
    #[arg(long, default_value_t)]
    pub shingles: Shingles,
    /// What separates paragraphs: newline, blank-line, auto
    #[arg(long, default_value_t)]
    pub boundary: Boundary,
    /// Which differences do not count: rules to add (+name) to the default ones or to take from them (-name), or all
    /// that are wanted (name,name or none); 'list' shows them
    #[arg(long, value_name = "LIST", value_parser = parse_rules, allow_hyphen_values = true)]
    pub rules: Option<Normalizer>,
}

impl DetectorOptions {
    /// Returns the configuration that the options say; it is not checked.
    pub fn config(&self) -> Config {
        Config::new()
            .threshold(self.threshold)
            .measure(self.measure)
            .shingles(self.shingles)
            .boundary(self.boundary)
            .normalizer(self.rules.unwrap_or_default())
    }
}

/// Reads a list of rules; for `list` it prints them all, and ends the program.
fn parse_rules(list: &str) -> Result<Normalizer, String> {
    if list == "list" {
        print_rules()?;
        std::process::exit(0);
    }
    let is_change = |name: &str| name.starts_with(['+', '-']);
    if !list.split(',').any(is_change) {
        return list.parse().map_err(|error: dittograph::Error| error.to_string());
    }
    let mut rules = Normalizer::new();
    for name in list.split(',') {
        let Some((sign, name)) = name.split_at_checked(1).filter(|_| is_change(name)) else {
            return Err(format!("expected + or - before each name, as before others, got {name:?}"));
        };
        let rule: Rule = name.parse().map_err(|error: dittograph::Error| error.to_string())?;
        rules = if sign == "+" { rules.with(rule) } else { rules.without(rule) };
    }
    Ok(rules)
}

/// Prints each rule, whether it is on by default, and its reason.
fn print_rules() -> Result<(), String> {
    print::with(|out| {
        Rule::ALL.iter().try_for_each(|rule| {
            let state = if rule.is_on_by_default() { "on" } else { "off" };
            writeln!(out, "{:<24}{state:<5}{}", rule.to_string(), rule.summary())
        })
    })
}
