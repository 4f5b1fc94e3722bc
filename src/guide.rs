//! What counts as the same, how much is found and how often that is wrong, what it costs, and where the limits are.
//!
//! All figures were measured; how is said beside them.
//!
//! # What counts as the same
//!
//! The words, in their order. By default punctuation, white space, case, composed or decomposed accents, width, ligatures,
//! invisible characters, curly apostrophes and the script of digits do not count; nor do Arabic tatweel, vowel marks,
//! hamza on alef, dotted or undotted final yeh, teh marbuta or heh, Persian or Arabic kaf, Hebrew points.
//! Nor does the coding of a letter that has two: apostrophes of every kind (Uzbek `oʻ`, `o'`), Romanian comma and cedilla, Azeri and Tatar
//! schwa, Malayalam chillu, Bengali khanda ta, Urdu heh, Indic and Thai signs typed in pieces, the place of a Vietnamese tone.
//! A word that a hyphen cuts at the end of a line is whole. What a joiner tells apart (Malayalam, Persian) stays apart.
//!
//! Each of these is a [`Rule`](crate::Rule) with its reason, to be switched on its
//! own. Rules that lose a distinction of some language (`ß` and `ss`, `ё` and `е`) are off. `dittograph scan --rules list` prints all 32, and
//! `--rules +sharp-s,-case` switches them.
//!
//! Scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are compared by characters, at widths that
//! make an edit cost as much as in English.
//!
//! # How much is found, and how often it is wrong
//!
//! Between the articles of a dump, a paragraph below the threshold goes all the same where its **run** speaks for it: it stands in order
//! beside pairs that count, and seven tenths of the words of both stand in the same order (more, if it has such a neighbour on one side only,
//! or if the two articles are no versions of one another). `evidence` in the tables says which it was. And two like paragraphs that some article holds both are
//! **siblings**, such as two options or two provinces: they are reported, and not removed for one another in that article or any other.
//! The sides of a doubled body are none. `--evidence threshold` and `--siblings remove` switch that off. Measured on known revisions (the
//! same passage in two releases or editions, ratio of characters 0.8 or more, other bytes), of which `dedup` takes for one passage:
//!
//! | | Arabic | Thai | Chinese | English | statutes, badly read by OCR |
//! | --- | --- | --- | --- | --- | --- |
//! | by the threshold alone | 69 % | 86 % | 74 % | 68 % | 39 % |
//! | with runs and siblings | 94 % | 99 % | 95 % | 94 % | 86 % |
//! | siblings among the near copies removed, without that rule and with it | 19 %, none | 18 %, 0.2 | 23 %, none | 10 %, 0.4 | none, none |
//!
//! These are 600 documents of documentation a language, and 18 statutes; the bounds were chosen on the same sets. Of 40 pairs by the
//! evidence of a run, drawn at random from the whole sets and read, 39 were the same passage in Arabic and in English, 35 in Thai and in Chinese
//! (a second draw: 32), 40 in the statutes and 31 in chapters of Bibles; the others are of pages of a kind ("in Austria", "in the Czech Republic"), and of stories
//! that two books of a Bible tell alike, which `--evidence threshold` keeps apart.
//!
//! A **run** is a passage that comes again in order, tolerant of edited words, of paragraphs inserted, dropped, split and
//! merged. The **doubled body** is most of an article, standing there twice; new passages may stand inside it, and sections that are built
//! alike are none. Measured on real documentation in Arabic, Thai, Chinese and English: 6 to 14 consecutive paragraphs doubled, headings and
//! templates included, 60 articles a language and case; the lowest of the languages and of three samples:
//!
//! | the copy | body seen | copies inside runs | copies listed as pairs |
//! | --- | --- | --- | --- |
//! | as it was | 100 % | 99 % | 96 % |
//! | 5 % of the words edited | 100 % | 99 % | 94 % |
//! | 10 % edited | 100 % | 98 % | 94 % |
//! | 20 % edited | 95 % | 93 % | 87 % |
//! | 5 % edited, one dropped, two merged, one split, one put in | 96 % | 97 % | 95 % |
//! | the same, with two put in at each of two places | 96 % | 98 % | 96 % |
//! | the same, with three put in at each of two places | 97 % | 97 % | 96 % |
//!
//! Of eight other samples together, 98.9 % of the bodies or more were seen in each language and row, but 98.5 % of the Chinese ones with 20 %
//! edited; half of those that were not have less than half of the article's words on both sides, since a long paragraph was dropped.
//! Of all 8,263 longer documents as they are, eight were called doubled: four of 4,393 in Arabic, four of 2,481 in Thai, none of 1,389 in Chinese;
//! of 400 chapters of the Bible, in three samples, 0, 1, 0.
//!
//! A corpus looks for doubled bodies too, in the documents of which enough comes again by a sample of the shingles. Of 10,080 such articles (the
//! rows above, four languages, three samples of 120) it sees 98.5 % of the bodies that a scan of each sees; by row, 100, 100, 99.8, 96.6, 99.4, 97.8
//! and 95.9 %. Of what a scan then removes it removes 97 % or more, and 85 % in the last three rows: what was merged or split stays.
//!
//! On 100,000 paragraphs of 85 words with planted copies (words:5, threshold 0.7) `dedup` finds 99.99 % of all true pairs, 99.9 %
//! of those that are neither identical nor boilerplate, and no false one; `--candidates exact` finds all.
//!
//! How alike the near copies of a corpus are, how many the banding may have missed, and a sample to be read are on the page that
//! `dedup --html` and `Found::to_html` write.
//!
//! # What it costs
//!
//! Measured on two shared cores of an AMD EPYC; `cargo bench` has every step by itself.
//!
//! | | time | memory |
//! | --- | --- | --- |
//! | `scan`, one article of 1,000,000 paragraphs of 60 words (420 MB) | 10 s | 1.3 GB, text included |
//! | `scan`, the same of 40 words, half of them edited copies | 29 s | 2.1 GB |
//! | `scan`, 16 edited editions of a body of 62,500 paragraphs of 40 words | 82 s | 2.1 GB |
//! | `Corpus`, 1,000,000 paragraphs of 70 words, 40 % of them copies: `redundant` | 4 s on one core | 204 bytes a paragraph beside the text |
//! | the same and all pairs, and runs | 12 s more | 213, and 497 bytes a paragraph |
//! | `redundant` of a corpus that reads its texts again (`ReadingCorpus`) | 5 s on one core | 106 bytes a paragraph, no text; 118 if nothing repeats, 133 if each paragraph is an article |
//! | `redundant` with `Candidates::Exact`, 300,000 paragraphs | 2.5 s | 1,092 bytes a paragraph: all shingle sets and pairs |
//! | `dedup --pairs` of 1,000,000 records (632 MB), on two cores of an Intel Xeon | 6.4 s on one core, 3.7 s on two | 937 MB, text included |
//! | the same with `--low-memory` | 7.6 s on one core | 217 MB |
//! | the same of 10,000,000 (6.3 GB) | 90 to 99 s on one core | 1.64 GB |
//! | `Index`, 1,000,000 paragraphs | | 164 bytes a paragraph for the buckets at 16 bands, 8 bytes a shingle |
//! | a saved index of 1,000,000 paragraphs of 65 words | opened in 0.2 ms; a question 5 to 7 µs, 8 at the 99th percentile; the first time 9 to 23 µs, 79 | 709 bytes a paragraph on disk: 59.5 bits for each of 63 shingles, 10.6 bytes for each of 17 buckets, 52 for ids and hashes |
//! | the same as a folder of segments | 1,000 articles of 10 paragraphs added in 0.13 to 0.25 s, to 10⁴, 10⁵ or 10⁶ paragraphs alike; a question to 8 segments of one size takes 0.8 to 1.4 times that to one (9 µs of what is held, 4 of what is new), by the filters of their buckets; the first some hundred, which lay these side by side, 35 to 50 µs; all 8 merged in 7 s of processor time | 32 MB beside the mapped files while it is merged, 49 MB for 5,000,000 paragraphs; of filters 34 bytes a paragraph at most, as questions ask for them |
//!
//! Finding the doubled body makes a scan 1.4 to 2.4 times as long as without, and the evidence of runs `dedup` 1.1 to 1.3 times, in
//! documentation of many releases, a tenth to a fifth of the time for looking into pages of sections built alike; where each article is one paragraph, as in the dump below, there are no runs. `--lossless` takes the
//! memory of the default within a tenth, and 0.75 to 0.96 times its CPU in such documentation (51 MB of Arabic, 12 MB of English); 1.6 to 1.9 times in 74 MB
//! of chapters of Bibles, of which one verse in seven goes. With it `--all-pairs` and `--runs` cost what they do with `--candidates exact`.
//!
//! ## Beside others
//!
//! What `.ci/peers.py` in the repository measured on 30 November 2026, on one core of an Intel Xeon: medians of three rounds in turn, and the least
//! and the greatest. The paragraphs are lines of chapters of Bibles, hadith, licences, statutes, and documentation in Arabic
//! and English: 822,893 of five words or more, of which 438,300 are distinct (87 MB, 29 words on average). Only these were taken, in small letters and
//! without punctuation, so that all split them alike. Shingles of 5 words, threshold 0.7, at most 128 slots; gaoya 0.2.2, rensa 0.5.0, datasketch 2.0.0.
//! There are 37,718 true pairs. All pairs of 4,000 of the paragraphs, compared by Python's sets, are those of the exact join: 274 of 0.7 or more.
//!
//! | | CPU seconds | × the floor | peak MiB | pairs | recall | precision |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | the floor: read, split, hash each shingle (xxh3) | 0.85 (0.84–0.86) | 1 | 85 | | | |
//! | the same in Python, joining each shingle | 4.5 (4.4–4.6) | 5.3 | 117 | | | |
//! | `dedup --all-pairs` | 1.61 (1.60–1.61) | 1.9 | 291 | 37,656 | 0.998 | 1 |
//! | the same with `--candidates exact` | 2.55 (2.53–2.56) | 3.0 | 303 | 37,718 | 1 | 1 |
//! | `dedup`: what is removed, and for which | 1.44 (1.43–1.45) | 1.7 | 291 | 22,764 removed | 0.999 | 1 |
//! | gaoya, 16 bands of 8 rows | 8.1 (8.0–8.4) | 9.6 | 1,099 | 33,469 | 0.810 | 0.913 |
//! | gaoya, 32 bands of 4 rows | 15.0 (14.5–15.6) | 18 | 1,857 | 37,505 | 0.887 | 0.892 |
//! | rensa, `RMinHashLSH` and the estimates of what it proposes | 8.3 (8.1–8.4) | 9.8 | 875 | 33,268 | 0.823 | 0.933 |
//! | rensa, `RMinHashDeduplicator`: flags only | 8.9 (8.8–9.0) | 11 | 882 | 21,017 flagged | 0.915 | 0.955 |
//! | datasketch, filtered by its estimates (once) | 62 | 73 | 2,612 | 30,237 | 0.742 | 0.926 |
//! | datasketch, what its index proposes (once) | 61 | 72 | 2,612 | 40,133 | 0.779 | 0.732 |
//!
//! Where only paragraphs are named, recall is the share of the true pairs of which one side is named. Python makes the shingles for rensa and
//! datasketch: the second row is in their figures. The figures here are by `--rules none`; with the default rules `dedup` takes the same. With all exact
//! copies left in (137 MB), the floor takes 1.3 s, `dedup` 2.6 s and 413 MiB, and rensa's flags 13.7 s and 875 MiB.
//!
//! A synthetic corpus of one paragraph of 85 words a record, with planted copies, the same day and machine: CPU seconds on one core, medians of
//! five rounds in turn with the floor, and seconds on two.
//!
//! | | the floor | `dedup --pairs` | on two cores |
//! | --- | --- | --- | --- |
//! | 100,000 in English (63 MB) | 0.32 | 0.57 | 0.34 |
//! | 100,000 in Arabic (92 MB) | 1.20 | 0.76 | 0.45 |
//! | 1,000,000 in English (632 MB) | 3.2 | 6.4 | 3.7 |
//! | 1,000,000 in Arabic (923 MB) | 12.0 | 8.2 | 4.6 |
//!
//! ## As it grows
//!
//! `dedup --low-memory` takes 7.1, 7.6, and 9.0 to 9.9 µs of CPU a paragraph of the English one at 10⁵, 10⁶ and 10⁷, of them 5.7, 6.3 and 7.1 µs outside
//! of the system, which moves the texts to a temporary file and back. It holds 168 bytes a paragraph at 10⁷. At 10⁸ that would be 1,100 s and 17 GB, and a
//! temporary file of 61 GB, of which what resembles something is read again at random; no more than 4 billion entries of buckets, 17 for each paragraph
//! that resembles something, can be held.
//!
//! # Limits
//!
//! - It compares words, not meaning: a paraphrase or a translation is not found.
//! - A slot filled otherwise in the same sentence (a date, a name, *enable* for *disable*) is a near copy like any other: in
//!   documentation with many such pages use a threshold of 0.9. Nothing unrelated was among 300 pairs at the
//!   edge of the threshold that were read, from six sets of real text; of documentation half of them were such slots.
//! - Within one article, outside a doubled body, a near copy stays: of 112 different pairs that were read
//!   in documentation and licences (Arabic, Thai, Chinese, English; half of them of more than 250 bytes) 82 said something of their own (a step of a
//!   procedure, an option of a list, a row with another amount), and 30 the same. `--siblings remove` removes them all.
//! - Without `--low-memory`, `dedup` holds the unpacked dump in memory. With it, ids and texts go to temporary files of the
//!   size of the dump, and files are read twice. What it holds then is a few pieces of 16 MB of the dump, 20 bytes a paragraph and 24 a
//!   record, and the bucket keys. With `--boundary auto` an article that would be cut otherwise after cleaning is
//!   spared some redundant paragraphs (8 % of them in Arabic documentation with long lines); the summary counts them.
//! - `dedup --against INDEX --add`, day by day, leaves what one run over all days leaves where only the threshold decides: 11,773 articles of
//!   documentation in 30 dumps, byte for byte, with `--evidence threshold --siblings remove` and the boundaries `newline` and `auto`. An index
//!   holds neither texts nor which paragraphs stood together, so runs and siblings are seen within a dump only: with the siblings kept 8 of
//!   these articles differ, and with the evidence of runs 2,194 (boundary `auto`).
//! - One article is held in memory with its shingles, 8 bytes each.
//! - A scan lists all pairs. Where thousands of paragraphs differ from one another in a word (not exact copies, which are
//!   listed once each), the list grows with their square, at 34 bytes a pair: 10,000 such lines take 1.7 GB, 20,000 four times
//!   as much. The exact join holds all pairs too. `dittograph dedup` with its default candidates compares with kept paragraphs
//!   only. Where thousands are alike just below the threshold, it keeps them all, and looks for what is nearer by their rarest shingles:
//!   20,000 lines of 16 words, one of them another in each, take 0.1 s of CPU (each with each: 11 s), 200,000 take 3 s. Where no shingle
//!   is rare the time still grows with the square: 20,000 paragraphs of 80 words, seven of which are each one of 60, take 3 s (18 s), and
//!   with twelve that are each one of 20, 8 to 9 s, as each with each.
//! - A paragraph that is repeated within another, longer one is found with `Measure::Containment` or `--lossless` only. These
//!   compare shingles: a paragraph of fewer words than a shingle has is found in no longer one.
//! - `Measure::Containment` has no banding, since no banding promises recall for it: a `Corpus` then takes the exact join,
//!   and an `Index` looks up every shingle.
