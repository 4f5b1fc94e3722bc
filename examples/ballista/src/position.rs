//! The position of a paragraph in the dump, as one number that ascends with it: 17 bits for the piece of the dump, 24 for
//! the record in it, 22 for the paragraph in that.

use dittograph::ParagraphId;

const RECORD_BITS: u32 = 24;
pub const PARAGRAPH_BITS: u32 = 22;
/// A position behind which all bits are those of the record and the paragraph.
pub const PIECE_BITS: u32 = RECORD_BITS + PARAGRAPH_BITS;

pub const MAX_PIECES: usize = 1 << 17;
pub const MAX_RECORDS: u64 = 1 << RECORD_BITS;
pub const MAX_PARAGRAPHS: usize = 1 << PARAGRAPH_BITS;

/// Returns the number of a document.
pub fn document(piece: i64, record: u64) -> i64 {
    piece << RECORD_BITS | record.cast_signed()
}

/// Returns the position of a paragraph of a document.
pub fn position(document: i64, paragraph: u32) -> i64 {
    document << PARAGRAPH_BITS | i64::from(paragraph)
}

pub fn id(position: i64) -> ParagraphId {
    ParagraphId { document: (position >> PARAGRAPH_BITS).cast_unsigned(), paragraph: paragraph(position) }
}

pub fn of(id: ParagraphId) -> i64 {
    position(id.document.cast_signed(), id.paragraph)
}

/// Returns the number of a paragraph in its document.
#[allow(clippy::cast_possible_truncation)] // it has 22 bits
pub fn paragraph(position: i64) -> u32 {
    (position & (MAX_PARAGRAPHS as i64 - 1)) as u32
}
