//! Standard output.

use std::io::{self, Write};

/// Prints a text; an output that nobody reads any more is no error.
#[cfg(feature = "cli")]
pub fn print(text: &str) -> Result<(), String> {
    with(|out| out.write_all(text.as_bytes()))
}

/// The same for what `write` writes.
pub fn with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // Whoever read the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| format!("standard output: {error}")),
    }
}

/// Returns a text as one line of a terminal can show it.
pub fn one_line(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// Returns a character as a line of a terminal can show it: none that breaks the line, or turns what follows it around.
pub fn shown(c: char) -> char {
    if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
        '\u{fffd}'
    } else {
        c
    }
}
