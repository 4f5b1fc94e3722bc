//! The values that [`DumpOptions`](super::DumpOptions) sets, for the code that reads by them.

use super::encoding::Encoding;
use super::format::Format;
use super::record::FieldNames;

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) names: FieldNames,
    /// The encoding of texts that do not declare their own.
    pub(super) encoding: Option<Encoding>,
    /// The namespaces of a wiki whose pages are articles.
    pub(super) namespaces: Vec<i32>,
    /// The most bytes that a record may have, unpacked.
    pub(super) record_limit: u64,
    /// The format of all files, whatever their names say.
    pub(super) format: Option<Format>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            names: FieldNames {
                id: "id".to_owned(),
                texts: vec!["text".to_owned()],
                has_others: true,
                may_lack_text: false,
            },
            encoding: None,
            namespaces: vec![0],
            record_limit: 256 << 20,
            format: None,
        }
    }
}
