//! The fast way from a text to its shingles gives those of the plain one, under any rules, and a normal form is its own.

use dittograph::Config;

use super::Choices;

pub fn check(data: &[u8]) {
    let (mut choices, text) = Choices::new(data, 5);
    let rules = choices.rules();
    let detector = Config::new().normalizer(rules).shingles(choices.shingles()).build().unwrap();
    let text = String::from_utf8_lossy(text);
    let normal = rules.normalize(&text);
    let (fast, plain) = (detector.shingles_of(&text), detector.shingles().set(&normal));
    assert!(fast == plain, "{:?} under {rules}", text.escape_unicode().to_string());
    assert!(rules.normalize(&normal) == normal, "{:?} under {rules}", text.escape_unicode().to_string());
}
