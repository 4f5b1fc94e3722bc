//! Values of options, with errors in plain words.

/// Reads a number, such as 0.7.
pub fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("expected a number such as 0.7, got {text}"))
}

/// Reads a count.
#[cfg(feature = "cli")]
pub fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("expected a whole number of at least 0, got {text}"))
}

/// Reads a count that is not 0.
#[cfg(feature = "cli")]
pub fn at_least_one(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| format!("expected a whole number of at least 1, got {text}"))
}

/// Reads a number of a namespace.
#[cfg(feature = "cli")]
pub fn namespace(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("expected whole numbers such as 0,100, got {text}"))
}
