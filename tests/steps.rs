//! The steps of a corpus, put together by joins on keys alone, find what the corpus finds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use dittograph::steps::{
    GroupText, MateGroups, Member, NearPair, Removed, RunEvidence, Steps, WalkParagraph,
};
use dittograph::{
    Config, Corpus, CorpusBuilder, Detector, Evidence, Keep, Measure, ParagraphId, Scope, Siblings,
};

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn sentence(dice: &mut Dice) -> Vec<String> {
    let len = [2, 4, 7, 9, 12, 20][dice.below(6)];
    (0..len).map(|_| format!("w{}", dice.below(400))).collect()
}

/// Changes a few words.
fn edited(words: &[String], dice: &mut Dice) -> Vec<String> {
    let mut words = words.to_vec();
    for _ in 0..=dice.below(2 + words.len() / 5) {
        let at = dice.below(words.len());
        words[at] = format!("w{}", dice.below(400));
    }
    words
}

/// Documents of which most are versions of others, with lines that stand in many, siblings, and doubled bodies.
fn dump(seed: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let boilerplate: Vec<Vec<String>> = (0..3).map(|_| sentence(&mut dice)).collect();
    let mut documents: Vec<Vec<Vec<String>>> = Vec::new();
    for _ in 0..40 {
        let mut document: Vec<Vec<String>> = Vec::new();
        if !documents.is_empty() && dice.below(4) > 0 {
            for paragraph in &documents[dice.below(documents.len())] {
                match dice.below(8) {
                    0 => {}
                    1 => document.push(sentence(&mut dice)),
                    2 | 3 => document.push(edited(paragraph, &mut dice)),
                    4 => document.extend([paragraph.clone(), edited(paragraph, &mut dice)]),
                    _ => document.push(paragraph.clone()),
                }
            }
        } else {
            document.extend((0..dice.below(10)).map(|_| sentence(&mut dice)));
        }
        if dice.below(2) == 0 {
            document.insert(dice.below(document.len() + 1), boilerplate[dice.below(3)].clone());
        }
        if dice.below(5) == 0 {
            let again: Vec<Vec<String>> = document.iter().map(|words| edited(words, &mut dice)).collect();
            document.extend(again);
        }
        documents.push(document);
    }
    let separators = ["\n", "\n\n", "\n\n"];
    documents
        .iter()
        .map(|document| {
            let lines: Vec<String> = document.iter().map(|words| words.join(" ")).collect();
            lines.join(separators[dice.below(3)])
        })
        .collect()
}

/// A removal as it can be compared: what goes, what stays, the Jaccard, the evidence.
type Row = (ParagraphId, ParagraphId, String, Evidence);

/// A paragraph that has words.
struct Paragraph {
    member: Member,
    text: String,
    keys: Vec<u64>,
    sketch: u128,
}

/// What an engine does. Groups are hashed keys here, as an engine has them.
struct Engine {
    steps: Steps,
    paragraphs: Vec<Paragraph>,
    /// The documents of each group, and one of its texts.
    groups: BTreeMap<u64, (BTreeSet<u64>, String)>,
    /// What stands for what in the doubled body of a document, and the pairs of that.
    mates: Vec<MateGroups>,
    in_bodies: Vec<RunEvidence>,
}

impl Engine {
    fn new(builder: CorpusBuilder, detector: &Detector, dump: &[String]) -> Self {
        let steps = builder.steps().unwrap();
        let mut paragraphs = Vec::new();
        let mut groups: BTreeMap<u64, (BTreeSet<u64>, String)> = BTreeMap::new();
        let mut first_of: HashMap<u128, u64> = HashMap::new();
        let mut sampled = Vec::new();
        for (document, text) in (0..).zip(dump) {
            let mut of_document = Vec::new();
            for (paragraph, text) in (0..).zip(detector.boundary().paragraphs(text)) {
                let read = steps.read(text.as_str());
                of_document.push(read.as_ref().map(|read| (read.sample, read.words)));
                let Some(read) = read else { continue };
                let next = (document << 20 | u64::from(paragraph)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let group = *first_of.entry(read.hash).or_insert(next);
                let (documents, first) =
                    groups.entry(group).or_insert_with(|| (BTreeSet::new(), text.as_str().to_owned()));
                assert!(steps.same_words(first, text.as_str()));
                documents.insert(document);
                let id = ParagraphId { document, paragraph };
                paragraphs.push(Paragraph {
                    member: Member { id, group, words: read.words },
                    text: text.as_str().to_owned(),
                    keys: read.keys,
                    sketch: read.sketch,
                });
            }
            sampled.push(of_document);
        }
        let mut engine = Self { steps, paragraphs, groups, mates: Vec::new(), in_bodies: Vec::new() };
        for ((document, text), sampled) in (0..).zip(dump).zip(sampled) {
            engine.find_body(document, text, &sampled);
        }
        engine
    }

    fn find_body(&mut self, document: u64, text: &str, sampled: &[Option<([u64; 4], u32)>]) {
        let Some(body) = self.steps.doubled_body(text, sampled) else { return };
        for mate in body.mates {
            let [later, earlier] =
                [mate.later, mate.earlier].map(|paragraph| ParagraphId { document, paragraph });
            let group = |id| self.paragraphs.iter().find(|p| p.member.id == id).unwrap().member.group;
            let groups = [group(later), group(earlier)];
            if groups[0] != groups[1] {
                self.mates.push(MateGroups { document, groups });
                let pair = RunEvidence { later, earlier, common: mate.common, total: mate.total };
                self.in_bodies.extend(mate.is_pair.then_some(pair));
            }
        }
    }

    fn are_siblings(&self, [a, b]: [u64; 2]) -> bool {
        let (of_a, of_b) = (&self.groups[&a].0, &self.groups[&b].0);
        let are_mates = |document: u64| {
            let are = |mates: &MateGroups| mates.groups == [a, b] || mates.groups == [b, a];
            self.mates.iter().any(|mates| mates.document == document && are(mates))
        };
        self.steps.wants_siblings() && of_a.intersection(of_b).any(|document| !are_mates(*document))
    }

    fn near(&self) -> Vec<NearPair> {
        let mut buckets: HashMap<u64, BTreeSet<u64>> = HashMap::new();
        for paragraph in &self.paragraphs {
            for &key in &paragraph.keys {
                buckets.entry(key).or_default().insert(paragraph.member.group);
            }
        }
        let candidates: BTreeSet<[u64; 2]> = buckets
            .values()
            .flat_map(|bucket| bucket.iter().flat_map(|&a| bucket.range(a + 1..).map(move |&b| [a, b])))
            .collect();
        let verify = |groups: [u64; 2]| {
            let near = self.steps.compare(&self.groups[&groups[0]].1, &self.groups[&groups[1]].1)?;
            let are_siblings = self.are_siblings(groups);
            Some(NearPair { groups, common: near.common, shingles: near.shingles, are_siblings })
        };
        candidates.into_iter().filter_map(verify).collect()
    }

    /// Decides each component by itself.
    fn by_threshold(&self) -> Vec<Removed> {
        let decide =
            |(members, pairs): (Vec<Member>, Vec<NearPair>)| self.steps.keep(&members, &pairs).removed;
        self.components().into_iter().flat_map(decide).collect()
    }

    /// Decides a few paragraphs of a component at a time, with what was kept of those that are preferred to them.
    fn by_threshold_in_parts(&self, keep: Keep, len: usize) -> Vec<Removed> {
        let mut removed = Vec::new();
        for (mut members, pairs) in self.components() {
            match keep {
                Keep::Last => members.sort_by_key(|member| Reverse(member.id)),
                Keep::Longest => members.sort_by_key(|member| (Reverse(member.words), member.id)),
                _ => members.sort_by_key(|member| member.id),
            }
            let mut kept: Vec<Member> = Vec::new();
            for part in members.chunks(len) {
                let decided = self.steps.keep(&[&kept, part].concat(), &pairs).removed;
                let goes: HashSet<ParagraphId> = decided.iter().map(|removed| removed.removed).collect();
                assert!(kept.iter().all(|member| !goes.contains(&member.id)), "what is kept stays");
                kept.extend(part.iter().filter(|member| !goes.contains(&member.id)));
                removed.extend(decided);
            }
        }
        removed
    }

    fn components(&self) -> Vec<(Vec<Member>, Vec<NearPair>)> {
        let near = self.near();
        let component = components(self.groups.keys().copied(), near.iter().map(|pair| pair.groups));
        let mut parts: BTreeMap<u64, (Vec<Member>, Vec<NearPair>)> = BTreeMap::new();
        for paragraph in &self.paragraphs {
            parts.entry(component[&paragraph.member.group]).or_default().0.push(paragraph.member);
        }
        for pair in near {
            parts.entry(component[&pair.groups[0]]).or_default().1.push(pair);
        }
        parts.into_values().collect()
    }

    fn partners(&self, side: &[&Paragraph], passages: &HashMap<ParagraphId, u64>) -> Vec<u64> {
        if side.len() < 2 {
            return Vec::new();
        }
        let own = side[0].member.id.document;
        let mut votes = Vec::new();
        for paragraph in side {
            let passage = passages[&paragraph.member.id];
            let before: BTreeSet<u64> = passages
                .iter()
                .filter(|(id, other)| **other == passage && id.document < own)
                .map(|(id, _)| id.document)
                .collect();
            votes.extend(before.first());
            votes.extend(before.last().filter(|last| before.first() != Some(last)));
        }
        self.steps.partners(votes)
    }

    fn run_pairs(&self, decided: &[Removed]) -> Vec<RunEvidence> {
        let group_of: HashMap<ParagraphId, u64> =
            self.paragraphs.iter().map(|p| (p.member.id, p.member.group)).collect();
        let kept: HashMap<ParagraphId, ParagraphId> = decided.iter().map(|r| (r.removed, r.kept)).collect();
        let passages: HashMap<ParagraphId, u64> =
            group_of.keys().map(|id| (*id, group_of[kept.get(id).unwrap_or(id)])).collect();
        let mut sides: BTreeMap<u64, Vec<&Paragraph>> = BTreeMap::new();
        for paragraph in &self.paragraphs {
            sides.entry(paragraph.member.id.document).or_default().push(paragraph);
        }
        let lines = |document: u64| -> Vec<WalkParagraph<'_>> {
            let line = |p: &&Paragraph| {
                let paragraph: &Paragraph =
                    self.paragraphs.iter().find(|q| q.member.id == p.member.id).unwrap();
                WalkParagraph {
                    group: paragraph.member.group,
                    passage: passages[&paragraph.member.id],
                    words: paragraph.member.words,
                    sketch: paragraph.sketch,
                    text: &paragraph.text,
                }
            };
            sides[&document].iter().map(line).collect()
        };
        let mut meetings = Vec::new();
        for (&later, side) in &sides {
            for earlier in self.partners(side, &passages) {
                let mut siblings: Vec<[u64; 2]> = Vec::new();
                let walk = loop {
                    let walk = self.steps.walk(&lines(earlier), &lines(later), &siblings);
                    let before = siblings.len();
                    siblings.extend(walk.asked.iter().filter(|pair| self.are_siblings(**pair)));
                    if siblings.len() == before {
                        break walk;
                    }
                };
                if walk.passages > 1 {
                    meetings.push((later, earlier, walk));
                }
            }
        }
        let nearest = |later: u64, earlier: u64| {
            let of = meetings.iter().filter(|(l, e, _)| *l == later || *e == earlier && *l > later);
            of.map(|(_, _, walk)| walk.passages).max().unwrap_or(0)
        };
        let met = meetings
            .iter()
            .filter(|(later, earlier, walk)| self.steps.is_met(walk.passages, nearest(*later, *earlier)));
        met.flat_map(|(later, earlier, walk)| {
            walk.pairs.iter().map(|pair| RunEvidence {
                later: sides[later][pair.later].member.id,
                earlier: sides[earlier][pair.earlier].member.id,
                common: pair.common,
                total: pair.total,
            })
        })
        .collect()
    }

    fn revised(&self, decided: &[Removed], pairs: &[RunEvidence]) -> Vec<Removed> {
        let kept: HashMap<ParagraphId, ParagraphId> = decided.iter().map(|r| (r.removed, r.kept)).collect();
        let kept_of = |id: ParagraphId| kept.get(&id).copied().unwrap_or(id);
        let key = |id: ParagraphId| id.document << 20 | u64::from(id.paragraph);
        let joined = pairs.iter().map(|pair| [key(kept_of(pair.later)), key(kept_of(pair.earlier))]);
        let all = self.paragraphs.iter().map(|p| key(kept_of(p.member.id)));
        let component = components(all, joined);
        let wanted: HashSet<u64> = pairs.iter().map(|pair| component[&key(kept_of(pair.later))]).collect();
        let revise = |wanted: u64| {
            let is_here = |id: ParagraphId| component[&key(kept_of(id))] == wanted;
            let members: Vec<(Member, ParagraphId)> = self
                .paragraphs
                .iter()
                .filter(|p| is_here(p.member.id))
                .map(|p| (p.member, kept_of(p.member.id)))
                .collect();
            let pairs: Vec<RunEvidence> = pairs.iter().filter(|pair| is_here(pair.later)).copied().collect();
            let numbers: BTreeSet<u64> = members.iter().map(|(member, _)| member.group).collect();
            let documents: Vec<Vec<u64>> =
                numbers.iter().map(|group| self.groups[group].0.iter().copied().collect()).collect();
            let groups = numbers.iter().zip(&documents);
            let text = |(&group, documents)| GroupText { group, text: &self.groups[&group].1, documents };
            let groups: Vec<GroupText<'_>> = groups.map(|(group, of)| text((group, of.as_slice()))).collect();
            self.steps.revise(&members, &pairs, &groups, &self.mates)
        };
        wanted.into_iter().flat_map(revise).collect()
    }

    fn removals(&self, dump: &[String]) -> (Vec<Row>, Vec<String>) {
        let mut decided = self.by_threshold();
        let mut pairs = self.in_bodies.clone();
        if self.steps.wants_runs() {
            pairs.extend(self.run_pairs(&decided));
        }
        if !pairs.is_empty() {
            let changed = self.revised(&decided, &pairs);
            let again: HashSet<ParagraphId> = changed.iter().map(|removed| removed.removed).collect();
            decided.retain(|removed| !again.contains(&removed.removed));
            decided.extend(changed);
        }
        decided.sort_by_key(|removed| removed.removed);
        let mut clean = Vec::new();
        for (document, text) in (0..).zip(dump) {
            let of = decided.iter().filter(|r| r.removed.document == document);
            let numbers: Vec<u32> = of.map(|r| r.removed.paragraph).collect();
            let cut = self.steps.cut(text, &numbers);
            decided.retain(|r| r.removed.document != document || !cut.spared.contains(&r.removed.paragraph));
            assert_eq!(cut.text.len() + cut.spans.iter().map(Range::len).sum::<usize>(), text.len());
            clean.push(cut.text.into_owned());
        }
        let row = |r: &Removed| {
            let jaccard = r.similarity.map_or("copy".to_owned(), |similarity| format!("{similarity:.6}"));
            (r.removed, r.kept, jaccard, r.evidence)
        };
        (decided.iter().map(row).collect(), clean)
    }
}

/// Returns for each node the least that it is connected with.
fn components(nodes: impl Iterator<Item = u64>, edges: impl Iterator<Item = [u64; 2]>) -> HashMap<u64, u64> {
    let mut least: HashMap<u64, u64> = nodes.map(|node| (node, node)).collect();
    let edges: Vec<[u64; 2]> = edges.collect();
    loop {
        let before = least.clone();
        for [a, b] in &edges {
            let both = least[a].min(least[b]);
            least.insert(*a, both);
            least.insert(*b, both);
        }
        if before == least {
            return least;
        }
    }
}

fn rows_of(corpus: Corpus<'_>) -> (Vec<Row>, Vec<String>) {
    let found = corpus.find();
    let rows = found.redundant().iter().map(|r| {
        let jaccard =
            if r.similarity.is_exact() { "copy".to_owned() } else { format!("{:.6}", r.similarity) };
        (r.removed, r.kept, jaccard, r.evidence)
    });
    let clean = found.documents().map(|document| found.without_redundant(document).into_owned()).collect();
    (rows.collect(), clean)
}

#[track_caller]
fn check(config: Config, options: impl Fn(CorpusBuilder) -> CorpusBuilder) -> Vec<Row> {
    let detector = config.build().unwrap();
    let mut all = Vec::new();
    for seed in 0..12 {
        let dump = dump(seed);
        let builder = options(Corpus::builder(detector));
        let mut corpus = builder.build();
        corpus.extend(&dump);
        let expected = rows_of(corpus);
        let found = Engine::new(builder, &detector, &dump).removals(&dump);
        assert_eq!(found.0, expected.0, "removals of dump {seed}");
        assert_eq!(found.1, expected.1, "texts of dump {seed}");
        all.extend(expected.0);
    }
    all
}

#[test]
fn steps_find_what_a_corpus_finds() {
    let rows = check(Config::new(), |builder| builder);
    let by_run = rows.iter().filter(|row| row.3 == Evidence::Run).count();
    let near = rows.iter().filter(|row| row.3 == Evidence::Threshold && row.2 != "copy").count();
    let in_bodies =
        rows.iter().filter(|row| row.3 == Evidence::Run && row.0.document == row.1.document).count();
    assert!(in_bodies > 10, "{in_bodies} by doubled bodies are too few to tell");
    assert!(by_run > 40 && near > 40, "{by_run} by runs and {near} near ones are too few to tell");
}

#[test]
fn steps_take_the_options_of_a_corpus() {
    for scope in [Scope::Within, Scope::Across, Scope::All] {
        for keep in [Keep::First, Keep::Last, Keep::Longest] {
            check(Config::new().threshold(0.5), |builder| builder.scope(scope).keep(keep));
        }
    }
    for min_words in [0, 3, 10] {
        check(Config::new(), |builder| builder.min_words(min_words).scope(Scope::Across));
    }
    check(Config::new().siblings(Siblings::Remove), |builder| builder);
    check(Config::new(), |builder| builder.evidence(Evidence::Threshold));
}

#[test]
fn steps_count_the_siblings_that_a_corpus_counts() {
    let detector = Config::new().threshold(0.5).build().unwrap();
    for scope in [Scope::Within, Scope::Across, Scope::All] {
        for keep in [Keep::First, Keep::Last, Keep::Longest] {
            let mut all = 0;
            for seed in 0..6 {
                let builder = Corpus::builder(detector).scope(scope).keep(keep);
                let dump = dump(seed);
                let mut corpus = builder.build();
                corpus.extend(&dump);
                let engine = Engine::new(builder, &detector, &dump);
                let kept = engine.components().into_iter().map(|(of, pairs)| engine.steps.keep(&of, &pairs));
                let counted: usize = kept.map(|kept| kept.siblings).sum();
                assert_eq!(counted, corpus.find().redundant().siblings, "{scope:?}, {keep:?}, dump {seed}");
                all += counted;
            }
            assert!(all > 0, "no siblings, {scope:?}, {keep:?}");
        }
    }
}

#[test]
fn a_component_can_be_decided_in_parts() {
    let detector = Config::new().threshold(0.5).build().unwrap();
    let rows = |mut removed: Vec<Removed>| {
        removed.sort_by_key(|removed| removed.removed);
        removed.iter().map(|r| (r.removed, r.kept, r.similarity.is_some())).collect::<Vec<_>>()
    };
    for scope in [Scope::Within, Scope::Across, Scope::All] {
        for keep in [Keep::First, Keep::Last, Keep::Longest] {
            let mut near = 0;
            for seed in 0..4 {
                let builder = Corpus::builder(detector).scope(scope).keep(keep);
                let engine = Engine::new(builder, &detector, &dump(seed));
                let whole = rows(engine.by_threshold());
                near += whole.iter().filter(|(_, _, is_near)| *is_near).count();
                for len in [1, 3, 10] {
                    let parts = rows(engine.by_threshold_in_parts(keep, len));
                    assert_eq!(parts, whole, "parts of {len}, {scope:?}, {keep:?}, dump {seed}");
                }
            }
            assert!(near > 20, "{near} near ones are too few to tell");
        }
    }
}

#[test]
fn there_are_no_steps_without_a_banding() {
    let containment = Config::new().measure(Measure::Containment).build().unwrap();
    assert!(Corpus::builder(containment).steps().is_err(), "nothing can promise a recall");
    let error = Corpus::builder(Detector::default()).lossless(true).steps().unwrap_err();
    assert!(error.is_config());
    assert_eq!(
        error.to_string(),
        "candidates: expected a banding, without which there are no steps, got none"
    );
}
