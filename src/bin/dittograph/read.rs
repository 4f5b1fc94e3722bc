//! Reading one text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use dittograph::Boundary;

use crate::print::one_line;

/// The most bytes that an article may have, wherever it comes from.
pub const ARTICLE_LIMIT: u64 = 256 << 20;

/// The most lines that it may have: one for every 64 bytes, as in a dump.
const LINE_LIMIT: usize = 4 << 20;

/// How a text in another encoding is read.
const OTHER_ENCODING: &str = if cfg!(feature = "cli") { "; --encoding names another encoding" } else { "" };

/// Returns the text of a file, or of standard input for `-`; or the message of what went wrong.
pub fn read(path: &Path) -> Result<String, String> {
    read_unnamed(path).map_err(|message| format!("{}: {message}", one_line(&path.to_string_lossy())))
}

fn read_unnamed(path: &Path) -> Result<String, String> {
    let bytes = if path == Path::new("-") {
        read_within(io::stdin().lock())
    } else {
        File::open(path).and_then(read_within)
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("invalid UTF-8 at byte {}{OTHER_ENCODING}", error.utf8_error().valid_up_to())
    })?;
    if Boundary::has_more_breaks(&text, LINE_LIMIT) {
        return Err(format!("the article has more lines than the limit of {LINE_LIMIT}"));
    }
    Ok(text)
}

fn read_within(read: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.take(ARTICLE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > ARTICLE_LIMIT {
        return Err(io::Error::other(format!(
            "the article is longer than the limit of {ARTICLE_LIMIT} bytes"
        )));
    }
    Ok(bytes)
}
