//! The evidence of runs, and siblings, in a corpus: by examples, and against a plain search over small random corpora.

use std::collections::HashSet;

use dittograph::{Config, Corpus, CorpusBuilder, Detector, Evidence, ParagraphId, Removal, Scope, Siblings};
use proptest::prelude::*;

fn builder() -> CorpusBuilder {
    Corpus::builder(Detector::default())
}

fn removals<S: AsRef<str> + Sync + Send>(builder: CorpusBuilder, documents: &[S]) -> Vec<Removal> {
    let mut corpus = builder.build();
    corpus.extend(documents.iter().map(AsRef::as_ref));
    corpus.find().redundant().removals.clone()
}

/// A removal: what is kept and what is removed, each by document and paragraph, and why.
type Row = ((u64, u32), (u64, u32), Evidence);

fn ids(removals: &[Removal]) -> Vec<Row> {
    let id = |id: ParagraphId| (id.document, id.paragraph);
    removals.iter().map(|removal| (id(removal.kept), id(removal.removed), removal.evidence)).collect()
}

const FERRY: [&str; 2] = [
    "The ferry to Anwick sails every morning at eight from the north pier.
Tickets are sold on board and at the kiosk beside the old customs house.
Dogs travel free of charge if they are kept on a lead.
In a storm the crossing is cancelled and the bus takes over.",
    "The ferry to Anwick sails every morning at eight from the north pier.
Tickets are sold on board and in the shop beside the old customs hall.
Dogs travel free of charge if they are kept on a lead.
In a storm the crossing is cancelled and the bus takes over.",
];

#[test]
fn a_revision_between_two_copies_goes_by_the_evidence_of_its_run() {
    let removals = removals(builder(), &FERRY);
    assert_eq!(
        ids(&removals),
        [
            ((0, 0), (1, 0), Evidence::Threshold),
            ((0, 1), (1, 1), Evidence::Run),
            ((0, 2), (1, 2), Evidence::Threshold),
            ((0, 3), (1, 3), Evidence::Threshold),
        ]
    );
    assert!(removals[1].similarity.jaccard() < 0.7);
    assert_eq!(ids(&self::removals(builder().evidence(Evidence::Threshold), &FERRY)).len(), 3);
}

#[test]
fn without_neighbours_the_same_two_paragraphs_stay() {
    let documents = FERRY.map(|document| document.lines().nth(1).unwrap());
    assert!(removals(builder(), &documents).is_empty());
    let documents = documents.map(|line| format!("{line}\nAnother story about {}.", line.len()));
    assert!(removals(builder(), &documents).is_empty());
}

#[test]
fn a_revision_is_listed_among_all_pairs_with_its_evidence() {
    let mut corpus = builder().build();
    corpus.extend(FERRY);
    let found = corpus.find();
    let pairs: Vec<_> = found.pairs().map(|pair| (pair.later.paragraph, pair.evidence)).collect();
    let (threshold, run) = (Evidence::Threshold, Evidence::Run);
    assert_eq!(pairs, [(0, threshold), (1, run), (2, threshold), (3, threshold)]);
    let pair = found.pairs().nth(1).unwrap();
    assert!((found.lcs(pair.earlier, pair.later) - 22.0 / 28.0).abs() < 1e-9);
}

#[test]
fn other_scripts_have_revisions_too() {
    for document in [
        "تبحر العبارة إلى الجزيرة كل صباح في الثامنة من الرصيف الشمالي.\nتباع التذاكر على متنها وفي الكشك بجانب مبنى الجمارك القديم.\nتسافر الكلاب مجانا إذا كانت مربوطة بحبل قصير.",
        "渡轮每天早上八点从北码头开往安岛，周日除外。\n船票在船上和旧海关大楼旁边的售票亭出售。\n牵着的小狗可以免费乘船，但不得进入餐厅。",
        "เรือข้ามฟากไปเกาะออกทุกเช้าเวลาแปดโมงจากท่าเรือเหนือ\nตั๋วขายบนเรือและที่ซุ้มข้างอาคารศุลกากรเก่า\nสุนัขเดินทางฟรีหากมีสายจูงตลอดเวลาที่อยู่บนเรือ",
    ] {
        let revised = document
            .replace("الكشك بجانب مبنى", "المتجر بجانب دار")
            .replace("售票亭出售", "小店里出售")
            .replace("旁边的", "对面的")
            .replace("ซุ้มข้าง", "ร้านตรง");
        let removals = removals(builder(), &[document, &revised]);
        let evidence: Vec<Evidence> = removals.iter().map(|removal| removal.evidence).collect();
        assert_eq!(evidence, [Evidence::Threshold, Evidence::Run, Evidence::Threshold], "{document}");
    }
}

#[test]
fn another_name_in_the_same_sentence_is_another_passage() {
    let page = |name: &str| {
        format!(
            "Choose the account that you want to change before you begin.
Open {name} and press Save.
Close all windows when the work is done, and sign out."
        )
    };
    let removals = removals(builder(), &[page("Bookkeeping"), page("Warehousing")]);
    let removed: Vec<u32> = removals.iter().map(|removal| removal.removed.paragraph).collect();
    assert_eq!(removed, [0, 2]);
}

/// Each option of a list is a passage of its own, though the lines differ by one word in twelve.
const OPTIONS: [&str; 2] = [
    "If the red lamp is lit, call the harbour office before you cast off from the quay in the morning, and wait for the answer of the master on duty.
If the green lamp is lit, call the harbour office before you cast off from the quay in the morning, and wait for the answer of the master on duty.",
    "A report from the harbour, which opened again yesterday.
If the green lamp is lit, call the harbour office before you cast off from the quay in the morning, and wait for the answer of the master on duty.",
];

#[test]
fn siblings_are_not_removed_for_one_another_in_any_document() {
    let mut corpus = builder().build();
    corpus.extend([OPTIONS[0], OPTIONS[1]]);
    let found = corpus.find();
    let redundant = found.redundant();
    assert_eq!(ids(&redundant.removals), [((0, 1), (1, 1), Evidence::Threshold)], "the exact copy alone");
    assert_eq!(redundant.siblings, 1);
    let detector = Config::new().siblings(Siblings::Remove).build().unwrap();
    let all = removals(Corpus::builder(detector), &OPTIONS);
    assert_eq!(all.len(), 2);
}

/// An article whose body was pasted twice, and then edited: two words in each paragraph of the second side.
const DOUBLED: &str = "The lighthouse keeper goes home
For forty years Halvard Moen climbed the tower at dusk and lit the lamp by hand.
His father had done so before him, and taught him to read the sky in the west.
Last week the council decided that a machine shall keep the light from now on.
Moen packed his books and his kettle, and rowed across the sound in the rain.
Those who met him at the pier say that he did not look back once.
For forty winters Halvard Moen climbed the stairs at dusk and lit the lamp by hand.
His father had done it before him, and taught him to read the clouds in the west.
Last month the council decided that an engine shall keep the light from now on.
Moen packed his maps and his kettle, and rowed across the bay in the rain.
Those who saw him at the pier say that he did not turn back once.";

#[test]
fn the_edited_side_of_a_doubled_body_goes_by_the_evidence_of_the_body() {
    let mut corpus = builder().build();
    corpus.extend(["A notice about the tides, and nothing else.", DOUBLED]);
    let found = corpus.find();
    let [body] = found.doubled_bodies() else { panic!("{:?}", found.doubled_bodies()) };
    assert_eq!((body.earlier.document, body.later.document), (1, 1));
    assert_eq!((body.earlier.paragraphs.clone(), body.later.paragraphs.clone()), (1..6, 6..11));
    let removals = &found.redundant().removals;
    let expected: Vec<Row> = (1..6).map(|n| ((1, n), (1, n + 5), Evidence::Run)).collect();
    assert_eq!(ids(removals), expected);
    assert!(removals.iter().all(|removal| removal.similarity.jaccard() < 0.7));
    let pairs: Vec<_> = found.pairs().map(|pair| (pair.earlier.paragraph, pair.later.paragraph)).collect();
    assert_eq!(pairs, [(1, 6), (2, 7), (3, 8), (4, 9), (5, 10)]);
    assert_eq!(found.without_redundant(1), dittograph::dedup(DOUBLED));

    assert_eq!(ids(&self::removals(builder().scope(Scope::Within), &[DOUBLED])).len(), 5);
    assert!(self::removals(builder().scope(Scope::Across), &[DOUBLED]).is_empty());
    assert!(self::removals(builder().evidence(Evidence::Threshold), &[DOUBLED]).is_empty());
}

#[test]
fn a_body_in_two_documents_is_no_body_in_one() {
    let lines: Vec<&str> = DOUBLED.lines().collect();
    let documents = [lines[..6].join("\n"), lines[6..].join("\n")];
    let mut corpus = builder().build();
    corpus.extend(&documents);
    assert!(corpus.find().doubled_bodies().is_empty());
}

#[test]
fn the_two_sides_of_a_doubled_body_are_no_siblings() {
    // Long paragraphs, so that the two sides are at the threshold, and a reprint that has the second of them.
    let keeper = "For forty years Halvard Moen climbed the tower at dusk, lit the lamp by hand, wrote the wind and the ships into his book, and went down again when the sun had risen.";
    let council = "The council of Anwick decided last week, by nine votes to four, that a machine shall keep the light from now on, since nobody else had asked for the post.";
    let [other_keeper, other_council] = [keeper.replace("dusk", "sunset"), council.replace("week", "Monday")];
    let doubled = [keeper, council, &other_keeper, &other_council].join("\n");
    let reprint = format!("From the islands\n{other_keeper}\n{other_council}");
    let removals = removals(builder(), &[doubled, reprint]);
    let removed: Vec<_> =
        removals.iter().map(|removal| (removal.removed.document, removal.removed.paragraph)).collect();
    assert_eq!(removed, [(0, 2), (0, 3), (1, 1), (1, 2)], "one of each is left");
}

const WORDS: [&str; 12] = [
    "river", "tower", "lantern", "winter", "baker", "a", "bridge", "of", "anwick", "seven", "quietly",
    "harvest",
];

/// A paragraph of five words or more, and copies of it with some words replaced.
fn paragraph() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..WORDS.len(), 5..14)
}

fn text(paragraphs: &[Vec<usize>]) -> String {
    let line = |words: &Vec<usize>| words.iter().map(|&word| WORDS[word]).collect::<Vec<_>>().join(" ");
    paragraphs.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Which paragraph, which of its words, and the word that takes its place.
type Edit = (usize, usize, usize);

/// Two to four documents made of the same few paragraphs, in order, edited, dropped and put in.
fn documents() -> impl Strategy<Value = Vec<String>> {
    let edit = (0..40_usize, 0..14_usize, 0..WORDS.len());
    let version = (prop::collection::vec(edit, 0..6), prop::collection::vec(0..8_usize, 0..2), paragraph());
    (prop::collection::vec(paragraph(), 3..8), prop::collection::vec(version, 2..5)).prop_map(
        |(base, versions)| {
            let version = |(edits, dropped, new): (Vec<Edit>, Vec<usize>, Vec<usize>)| {
                let mut paragraphs = base.clone();
                for (paragraph, place, word) in edits {
                    let count = paragraphs.len();
                    let words = &mut paragraphs[paragraph % count];
                    let place = place % words.len();
                    words[place] = word;
                }
                for at in dropped {
                    let at = at % paragraphs.len();
                    paragraphs[at].clone_from(&new);
                }
                text(&paragraphs)
            };
            versions.into_iter().map(version).collect()
        },
    )
}

/// The longest common subsequence by the table of all prefixes, and the characters of the words that both have.
fn plain(a: &str, b: &str) -> (usize, usize, usize) {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..a.len() {
        for j in 0..b.len() {
            table[i + 1][j + 1] =
                if a[i] == b[j] { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
        }
    }
    let mut rest = b.clone();
    let mut shared = 0;
    for word in &a {
        if let Some(at) = rest.iter().position(|other| other == word) {
            shared += rest.swap_remove(at).len();
        }
    }
    let letters = a.iter().chain(&b).map(|word| word.len()).sum();
    (table[a.len()][b.len()], shared, letters)
}

proptest! {
    #[test]
    fn what_a_run_removes_was_worth_it(documents in documents()) {
        let detector = Detector::default();
        let mut corpus = builder().build();
        corpus.extend(documents.iter().map(String::as_str));
        let found = corpus.find();
        let line = |id: ParagraphId| {
            documents[usize::try_from(id.document).unwrap()].lines().nth(id.paragraph as usize).unwrap()
        };
        let removed: HashSet<ParagraphId> = found.redundant().removals.iter().map(|r| r.removed).collect();
        let by_threshold: HashSet<ParagraphId> =
            removals(builder().evidence(Evidence::Threshold), &documents).iter().map(|r| r.removed).collect();
        prop_assert!(by_threshold.is_subset(&removed), "what is kept only becomes less");
        for removal in &found.redundant().removals {
            prop_assert!(!removed.contains(&removal.kept));
            let (a, b) = (line(removal.kept), line(removal.removed));
            let similarity = dittograph::Similarity::of(&detector.shingles_of(a), &detector.shingles_of(b));
            prop_assert_eq!(similarity.union(), removal.similarity.union());
            if removal.evidence == Evidence::Threshold {
                prop_assert!(similarity.jaccard() >= 0.7);
                continue;
            }
            let (common, shared, letters) = plain(a, b);
            prop_assert!(similarity.jaccard() < 0.7);
            prop_assert!(20 * common >= 7 * (a.split(' ').count() + b.split(' ').count()), "{} / {}", a, b);
            prop_assert!(3 * 2 * shared >= 2 * letters, "{} / {}", a, b);
            prop_assert_ne!(removal.kept.document, removal.removed.document);
            let holds_both = |text: &String| text.lines().any(|line| line == a) && text.lines().any(|line| line == b);
            prop_assert!(!documents.iter().any(holds_both), "siblings");
        }
    }

    /// Every pair of any two documents that stands in order between two copies, and has enough in common, is found.
    #[test]
    fn what_stands_between_two_copies_is_found(
        (before, mut paragraph, after) in (paragraph(), prop::collection::vec(0..WORDS.len(), 8..14), paragraph()),
        place in 0..8_usize,
    ) {
        let first = text(&[before.clone(), paragraph.clone(), after.clone()]);
        paragraph[place] = (paragraph[place] + 1) % WORDS.len();
        let second = text(&[before, paragraph, after]);
        let lines: Vec<&str> = first.lines().chain(second.lines()).collect();
        let (common, shared, letters) = plain(lines[1], lines[4]);
        let words = lines[1].split(' ').count();
        prop_assume!(10 * common >= 9 * words && 6 * shared >= 2 * letters);
        prop_assume!(lines[0] != lines[1] && lines[1] != lines[2] && lines[0] != lines[2] && lines[4] != lines[3] && lines[4] != lines[5]);
        let near = |a: &str, b: &str| {
            let detector = Detector::default();
            dittograph::Similarity::of(&detector.shingles_of(a), &detector.shingles_of(b)).jaccard() >= 0.7
        };
        prop_assume!(!near(lines[0], lines[1]) && !near(lines[1], lines[2]) && !near(lines[0], lines[2]));
        let removed = removals(builder(), &[first, second]);
        prop_assert_eq!(removed.iter().filter(|r| r.removed.document == 1).count(), 3);
    }
}
