//! A forged index with right checksums is refused, or answers without a panic; and what `check` passes is read back and written
//! in the same bytes.

use dittograph::{Index, ParagraphId, SavedIndex};

use super::forged::{small, with_checksums};

/// The bytes are edits: a place (three bytes), and what is put there (one).
pub fn check(data: &[u8]) {
    let mut bytes = Vec::new();
    small().write_to(&mut bytes).unwrap();
    for edit in data.chunks_exact(4) {
        let place = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize % bytes.len();
        bytes[place] = edit[3];
    }
    let bytes = with_checksums(bytes);
    if let Ok(mut index) = Index::read_from(&bytes[..]) {
        _ = (index.query("Bread"), index.pairs(), index.statistics());
        (0..10).for_each(|n| _ = index.remove(ParagraphId { document: 7, paragraph: n }));
        _ = (index.ids().count(), index.insert_document(8, "Bread"), index.remove_document(8));
    }
    let Ok(saved) = SavedIndex::new(bytes.clone()) else { return };
    _ = (saved.query("Bread"), saved.document_name(7), saved.ids().count(), saved.documents().count());
    _ = (saved.paragraphs_of(7), saved.contains_document(8), saved.query_document("Bread\n***\nThe ferry"));
    let additions = Index::new(*saved.detector());
    _ = saved.write_updated(|id| id.paragraph > 1, &additions, std::io::sink());
    if saved.check().is_ok() {
        let index = saved.to_index().expect("what was checked can be read");
        let mut again = Vec::new();
        index.write_to(&mut again).unwrap();
        assert!(again == bytes, "what was checked is written in other bytes");
    }
}
