//! Short recipes. This module has no code.
//!
//! # Ids of your own
//!
//! A [`Corpus`](crate::Corpus) numbers its documents from 0 in the order in which they come in, so a vector of ids
//! goes along:
//!
//! ```
//! use dittograph::{Corpus, Detector};
//!
//! let articles = [("/news/17", "The mill burnt down in the night to Monday."), ("/news/23", "The mill burnt down, in the night to Monday!")];
//! let mut corpus = Corpus::new(Detector::default());
//! corpus.extend(articles.map(|(_, text)| text));
//! for removal in corpus.find().redundant() {
//!     let id = |document| articles[document as usize].0;
//!     assert_eq!((id(removal.kept.document), id(removal.removed.document)), ("/news/17", "/news/23"));
//! }
//! ```
//!
//! An [`Index`](crate::Index) takes any number for a document: a key of your database, or the hash of an address that
//! [`ParagraphId::named`](crate::ParagraphId::named) makes. It can keep the name too:
//!
//! ```
//! use dittograph::{Detector, Index, ParagraphId};
//!
//! let address = "https://news.example/17";
//! let document = ParagraphId::named(address, 0).document;
//! let mut index = Index::new(Detector::default());
//! index.insert_document(document, "The mill burnt down in the night to Monday.\nNobody was hurt.");
//! index.name_document(document, address);
//! let found = &index.query("The mill burnt down in the night, to Monday.")[0];
//! assert_eq!(index.document_name(found.id.document), Some(address));
//! ```
//!
//! # Removing an article from an index
//!
//! ```
//! # use dittograph::{Detector, Index};
//! # let mut index = Index::new(Detector::default());
//! index.insert_document(17, "The mill burnt down in the night to Monday.\nNobody was hurt.");
//! assert_eq!(index.remove_document(17), 2); // paragraphs
//! assert!(index.query("Nobody was hurt.").is_empty());
//! ```
//!
//! From a saved index articles are left out while it is written anew:
//!
//! ```
//! use dittograph::saved::Replacement;
//! use dittograph::{Detector, Index, SavedIndex};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("news.index");
//! # let mut index = Index::new(Detector::default());
//! # index.insert_document(17, "The mill burnt down in the night to Monday.");
//! # index.save(&path)?;
//! let mut file = Replacement::begin(&path)?; // first, so that nobody else changes it meanwhile
//! let saved = SavedIndex::new(std::fs::read(&path).unwrap())?;
//! let nothing_new = Index::new(*saved.detector());
//! saved.write_updated(|id| id.document != 17, &nothing_new, &mut file)?;
//! file.commit()?;
//! # assert!(Index::load(&path)?.is_empty());
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! # Results as JSON
//!
//! With the feature `serde` a configuration, reports and everything in them can be serialized, and a configuration read
//! back:
//!
#![cfg_attr(feature = "serde", doc = "```")]
#![cfg_attr(not(feature = "serde"), doc = "```ignore")]
//! use dittograph::Config;
//!
//! let config: Config = serde_json::from_str(r#"{"threshold": 0.8, "shingles": "words:4"}"#)?;
//! let report = config.build()?.scan("One and the same line.\nAnother.\nOne and the same line!");
//! let json = serde_json::to_value(&report)?;
//! assert_eq!(json["redundant"], serde_json::json!([2]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Many threads
//!
//! Everything here uses all cores by itself, of the [`rayon`] pool that it is called in. A
//! [`Detector`](crate::Detector) can be shared and copied, so many short articles are best scanned side by side:
//!
//! ```
//! use dittograph::Detector;
//! use rayon::prelude::*;
//!
//! let detector = Detector::default();
//! let articles = ["One and the same line.\nOne and the same line.", "A line.\nAnother."];
//! let clean: Vec<_> = articles.par_iter().map(|article| detector.dedup(article)).collect();
//! assert_eq!(clean, ["One and the same line.", "A line.\nAnother."]);
//! ```
//!
//! [`Index`](crate::Index#from-many-threads) shows how one index serves many threads.
//!
//! # A dump larger than memory
//!
//! A corpus built on a [`TextStore`](crate::TextStore) keeps its texts in a temporary file, and reads back only what it
//! compares:
//!
//! ```
//! use dittograph::{Corpus, Detector, TextStore};
//!
//! let mut corpus = Corpus::builder(Detector::default()).build_stored(TextStore::new()?);
//! corpus.extend((0..1000).map(|n| format!("Article {n}\nThe ferry does not sail today because of the storm.")));
//! let found = corpus.find();
//! assert_eq!(found.redundant().removals.len(), 999);
//! found.check()?; // the file could be written and read
//! # Ok::<(), dittograph::Error>(())
//! ```
//!
//! # Async code
//!
//! Nothing here waits for anything but the processor, and a file that you name. In async code run it where blocking is
//! allowed, and move owned values in and out:
//!
//! ```text
//! let clean = tokio::task::spawn_blocking(move || dittograph::dedup(&article).into_owned()).await?;
//! ```
