//! A small index, and forged ones with right checksums.
#![allow(unreachable_pub)] // several programs use it

use dittograph::{Detector, Index, ParagraphId};

/// An index of a few paragraphs of all kinds.
pub fn small() -> Index {
    let mut index = Index::new(Detector::default());
    let texts = [
        "The ferry does not sail today because of the storm, says the harbour master.",
        "The ferry does NOT sail today, because of the storm, says the harbour-master in Anwick.",
        "لا تبحر العبارة اليوم بسبب العاصفة كما قال مدير الميناء",
        "***",
        "The ferry does not sail today because of the storm; says the harbour master!",
        "Bread",
    ];
    for (n, text) in (0..).zip(texts) {
        index.insert(ParagraphId { document: 7 + u64::from(n % 2), paragraph: n }, text);
    }
    index.name_document(7, "anwick-herald/4711");
    index.name_document(8, "الصحيفة");
    index.name_document(9, "a document without a paragraph");
    index
}

/// Computes the checksums anew after a change.
pub fn with_checksums(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = |bytes: &[u8]| {
        xxhash_rust::xxh3::xxh3_64_with_seed(bytes, u64::from_le_bytes(*b"checksum")).to_le_bytes()
    };
    let blocks = (bytes.len() - 8).div_ceil(4104);
    let checksums = bytes.len() - 8 - 8 * blocks;
    for block in 0..blocks {
        let of_it = sum(&bytes[4096 * block..(4096 * (block + 1)).min(checksums)]);
        bytes[checksums + 8 * block..][..8].copy_from_slice(&of_it);
    }
    let last = bytes.len() - 8;
    let of_all = sum(&bytes[checksums..last]);
    bytes[last..].copy_from_slice(&of_all);
    bytes
}
