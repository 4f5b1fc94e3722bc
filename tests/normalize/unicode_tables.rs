//! The rules against tables of other crates.
//!
//! `regex` and the tables of the crate are of Unicode 16. When one of them moves on, these tests name the characters that
//! the other lacks.

use std::collections::HashMap;

use dittograph::{Normalizer, Rule};
use regex::Regex;

fn all_characters() -> String {
    ('\0'..=char::MAX).collect()
}

#[test]
fn every_decimal_digit_is_its_ascii_digit() {
    let all = all_characters();
    let normal = Normalizer::NONE.with(Rule::Digits).normalize(&all).into_owned();
    assert_eq!(normal.chars().count(), all.chars().count());
    let digits = Regex::new(r"\p{Nd}+").unwrap();
    let mut expected = HashMap::from([('\u{60c}', ','), ('\u{66c}', ','), ('\u{66b}', '.')]);
    for run in digits.find_iter(&all) {
        // The digits of a script stand in order; where scripts meet, the next zero follows a nine.
        assert_eq!(run.as_str().chars().count() % 10, 0, "{}", run.as_str());
        expected.extend(run.as_str().chars().zip(('0'..='9').cycle()));
    }
    assert!(expected.len() > 750);
    for (c, normal) in all.chars().zip(normal.chars()) {
        assert_eq!(normal, *expected.get(&c).unwrap_or(&c), "U+{:04X}", c as u32);
    }
}

#[test]
fn case_folding_is_that_of_case_insensitive_regular_expressions() {
    let all = all_characters();
    let folded = Normalizer::NONE.with(Rule::Case).normalize(&all).into_owned();
    assert_eq!(folded.chars().count(), all.chars().count());
    let fold_of =
        |c: char| Normalizer::NONE.with(Rule::Case).normalize(c.encode_utf8(&mut [0; 4])).into_owned();
    let single = |mut mapped: Box<dyn Iterator<Item = char>>| {
        let first = mapped.next();
        first.filter(|_| mapped.next().is_none())
    };
    let mut cased = 0;
    for (c, fold) in all.chars().zip(folded.chars()) {
        let others = [Some(fold), single(Box::new(c.to_lowercase())), single(Box::new(c.to_uppercase()))];
        let others: Vec<char> = others.into_iter().flatten().filter(|&other| other != c).collect();
        if others.is_empty() {
            continue;
        }
        cased += 1;
        let same = Regex::new(&format!(r"^(?i:\x{{{:X}}})$", c as u32)).unwrap();
        for other in others {
            let equal = same.is_match(other.encode_utf8(&mut [0; 4]));
            assert_eq!(fold_of(c) == fold_of(other), equal, "U+{:04X} and U+{:04X}", c as u32, other as u32);
        }
    }
    assert!(cased > 2800, "{cased} characters have case");
}
