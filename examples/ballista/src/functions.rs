//! The functions that executors must know. Each takes the settings of the job, as JSON, and columns; each is pure, but for
//! `ditto_read` and `ditto_clean`, which write files that are the same whenever they are called.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, Int64Builder, LargeStringArray,
    ListArray, ListBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use dittograph::Evidence;
use dittograph::steps::{GroupText, MateGroups, Member, NearPair, Removed, RunEvidence, WalkParagraph};

use crate::pieces::{Counts, Piece};
use crate::position;
use crate::settings::Job;

/// Stands around a message of ours, so that it is found in what an engine makes of it.
pub const MESSAGE: [&str; 2] = ["[ditto] ", " [end]"];

/// Makes a function known to a session, or to what an executor has in place of one.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    all().into_iter().try_for_each(|function| registry.register_udf(Arc::new(function)).map(|_| ()))
}

pub fn all() -> Vec<ScalarUDF> {
    let near =
        || list(structure(&[("common", DataType::Int64), ("a", DataType::Int64), ("b", DataType::Int64)]));
    let removed = || list(DataType::Struct(removed_fields()));
    let walked = DataType::Struct(walk_fields());
    let numbers = || list(DataType::Int64);
    let function = |name, arity, returns, volatility, body| {
        let signature = Signature::any(arity, volatility);
        ScalarUDF::new_from_impl(Function { name, signature, returns, body })
    };
    let pure = Volatility::Immutable;
    vec![
        function("ditto_check", 2, DataType::Boolean, Volatility::Volatile, check as Body),
        function("ditto_read", 6, DataType::Struct(count_fields()), Volatility::Volatile, read),
        function("ditto_same", 3, DataType::Boolean, pure, same),
        function("ditto_compare", 3, near(), pure, compare),
        function("ditto_keep", 3, removed(), pure, keep),
        function("ditto_partners", 2, numbers(), pure, partners),
        function("ditto_walk", 4, walked, pure, walk),
        function("ditto_is_met", 3, DataType::Boolean, pure, is_met),
        function("ditto_revise", 5, removed(), pure, revise),
        function("ditto_lcs", 3, DataType::Float64, pure, lcs),
        function("ditto_clean", 7, numbers(), Volatility::Volatile, clean),
    ]
}

/// What a function does with its columns, all as long as the number says.
type Body = fn(&Job, &[ArrayRef], usize) -> std::result::Result<ArrayRef, String>;

struct Function {
    name: &'static str,
    signature: Signature,
    returns: DataType,
    body: Body,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Function {}

impl std::hash::Hash for Function {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let failed =
            |message: String| DataFusionError::Execution(format!("{}{message}{}", MESSAGE[0], MESSAGE[1]));
        let settings = match &args.args[0] {
            ColumnarValue::Scalar(value) => value.clone(),
            ColumnarValue::Array(array) if array.is_empty() => {
                return Ok(ColumnarValue::Array(datafusion::arrow::array::new_empty_array(&self.returns)));
            }
            ColumnarValue::Array(array) => ScalarValue::try_from_array(array, 0)?,
        };
        let settings = settings.try_as_str().flatten().unwrap_or_default().to_owned();
        let job = Job::from_json(&settings).map_err(failed)?;
        let rows = args.number_rows;
        let columns: Vec<ArrayRef> =
            args.args[1..].iter().map(|value| value.to_array(rows)).collect::<Result<_>>()?;
        (self.body)(&job, &columns, rows).map(ColumnarValue::Array).map_err(failed)
    }
}

fn structure(fields: &[(&str, DataType)]) -> DataType {
    DataType::Struct(fields_of(fields))
}

fn fields_of(fields: &[(&str, DataType)]) -> Fields {
    fields.iter().map(|(name, of)| Field::new(*name, of.clone(), true)).collect()
}

fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(of, true)))
}

fn removed_fields() -> Fields {
    fields_of(&[
        ("removed", DataType::Int64),
        ("kept", DataType::Int64),
        ("near", DataType::Boolean),
        ("jaccard", DataType::Float64),
        ("containment", DataType::Float64),
        ("run", DataType::Boolean),
    ])
}

fn walk_pair_fields() -> Fields {
    fields_of(&[
        ("later", DataType::Int64),
        ("earlier", DataType::Int64),
        ("common", DataType::Int64),
        ("total", DataType::Int64),
    ])
}

fn asked_fields() -> Fields {
    fields_of(&[("u", DataType::Int64), ("v", DataType::Int64)])
}

fn walk_fields() -> Fields {
    fields_of(&[
        ("passages", DataType::Int64),
        ("pairs", list(DataType::Struct(walk_pair_fields()))),
        ("asked", list(DataType::Struct(asked_fields()))),
    ])
}

fn count_fields() -> Fields {
    fields_of(
        &["records", "lines", "paragraphs", "worded", "bytes", "longest"].map(|name| (name, DataType::Int64)),
    )
}

/// Texts of any type of strings.
fn texts(column: &ArrayRef) -> LargeStringArray {
    let texts = cast(column, &DataType::LargeUtf8).expect("a column of texts");
    texts.as_string::<i64>().clone()
}

fn numbers(column: &ArrayRef) -> Int64Array {
    cast(column, &DataType::Int64).expect("a column of numbers").as_primitive::<Int64Type>().clone()
}

/// The fields of the structures in a cell that is a list of them; none in a null.
fn cell(column: &ArrayRef, row: usize) -> Option<StructArray> {
    let lists: &ListArray = column.as_list_opt::<i32>()?;
    (!lists.is_null(row)).then(|| lists.value(row).as_struct().clone())
}

fn field(of: &StructArray, name: &str) -> Int64Array {
    numbers(of.column_by_name(name).unwrap_or_else(|| panic!("no field {name}: a query lacks it")))
}

fn group(number: i64) -> u64 {
    number.cast_unsigned()
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn words(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A list for each row, of the structures that `values` are cut into.
fn lists(fields: Fields, columns: Vec<ArrayRef>, lengths: Vec<usize>) -> ListArray {
    let values = StructArray::new(fields.clone(), columns, None);
    let item = Arc::new(Field::new_list_field(DataType::Struct(fields), true));
    ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(values), None)
}

fn check(_: &Job, _: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    Ok(Arc::new(BooleanArray::from(vec![true; rows])))
}

fn piece(columns: &[ArrayRef], row: usize) -> Piece {
    let (number, path) = (numbers(&columns[0]).value(row), texts(&columns[1]).value(row).to_owned());
    let (start, end) = (numbers(&columns[2]), numbers(&columns[3]));
    let bytes =
        (!end.is_null(row)).then(|| (start.value(row).cast_unsigned(), end.value(row).cast_unsigned()));
    Piece { number, path: PathBuf::from(path), bytes }
}

/// `ditto_read(settings, piece, path, start, end, folder)`: writes the tables of a piece, and counts.
fn read(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let folders = texts(&columns[4]);
    let read = |row| piece(columns, row).read(job, Path::new(folders.value(row)));
    let all: Vec<Counts> = (0..rows).map(read).collect::<std::result::Result<_, String>>()?;
    let column =
        |of: fn(&Counts) -> i64| -> ArrayRef { Arc::new(all.iter().map(of).collect::<Int64Array>()) };
    let columns = vec![
        column(|counts| counts.records),
        column(|counts| counts.lines),
        column(|counts| counts.paragraphs),
        column(|counts| counts.worded),
        column(|counts| counts.bytes),
        column(|counts| counts.longest),
    ];
    Ok(Arc::new(StructArray::new(count_fields(), columns, None)))
}

/// `ditto_clean(settings, piece, path, start, end, folder, removed)`: writes a piece without what is removed, and returns
/// what is spared. The folder is null if nothing is written; of Parquet it ends in `.parquet`.
fn clean(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let folders = texts(&columns[4]);
    let mut spared = ListBuilder::new(Int64Builder::new());
    for row in 0..rows {
        let lists = columns[5].as_list::<i32>();
        let mut removed: Vec<i64> =
            if lists.is_null(row) { Vec::new() } else { numbers(&lists.value(row)).values().to_vec() };
        removed.sort_unstable();
        let folder = (!folders.is_null(row)).then(|| PathBuf::from(folders.value(row)));
        let out = folder.as_deref().map(|folder| {
            let as_parquet = folder.extension().is_some_and(|ending| ending == "parquet");
            (folder, as_parquet)
        });
        let cleaned = piece(columns, row).clean(job, out, &removed)?;
        spared.append_value(cleaned.into_iter().map(Some));
    }
    Ok(Arc::new(spared.finish()))
}

/// `ditto_same(settings, text, text)`
fn same(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let [a, b] = [0, 1].map(|n| texts(&columns[n]));
    let same = (0..rows).map(|row| Some(job.steps.same_words(a.value(row), b.value(row))));
    Ok(Arc::new(same.collect::<BooleanArray>()))
}

/// `ditto_compare(settings, text, text)`: a list of one, if the two are at the threshold, or of none.
fn compare(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let [a, b] = [0, 1].map(|n| texts(&columns[n]));
    let (mut found, mut lengths) = ([Vec::new(), Vec::new(), Vec::new()], Vec::with_capacity(rows));
    for row in 0..rows {
        let near = job.steps.compare(a.value(row), b.value(row));
        lengths.push(usize::from(near.is_some()));
        if let Some(near) = near {
            for (column, n) in found.iter_mut().zip([near.common, near.shingles[0], near.shingles[1]]) {
                column.push(n as i64);
            }
        }
    }
    let columns = found.map(|column| Arc::new(Int64Array::from(column)) as ArrayRef).into();
    let fields = fields_of(&["common", "a", "b"].map(|name| (name, DataType::Int64)));
    Ok(Arc::new(lists(fields, columns, lengths)))
}

/// `ditto_keep(settings, members, pairs)`
fn keep(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let decide = |row| {
        let members = cell(&columns[0], row).map_or_else(Vec::new, |cell| members(&cell));
        let pairs = cell(&columns[1], row).map_or_else(Vec::new, |cell| {
            let [u, v, common, a, b] = ["u", "v", "common", "a", "b"].map(|name| field(&cell, name));
            let siblings = cell.column_by_name("siblings").map(|column| column.as_boolean().clone());
            let pair = |n: usize| NearPair {
                groups: [group(u.value(n)), group(v.value(n))],
                common: count(common.value(n)),
                shingles: [count(a.value(n)), count(b.value(n))],
                are_siblings: siblings.as_ref().is_some_and(|siblings| siblings.value(n)),
            };
            (0..cell.len()).map(pair).collect()
        });
        job.steps.keep(&members, &pairs).removed
    };
    Ok(removed_lists((0..rows).map(decide)))
}

fn members(cell: &StructArray) -> Vec<Member> {
    let [pos, grp, of_words] = ["pos", "grp", "words"].map(|name| field(cell, name));
    let member = |n: usize| Member {
        id: position::id(pos.value(n)),
        group: group(grp.value(n)),
        words: words(of_words.value(n)),
    };
    (0..cell.len()).map(member).collect()
}

fn removed_lists(rows: impl Iterator<Item = Vec<Removed>>) -> ArrayRef {
    let (mut all, mut lengths) = (Vec::new(), Vec::new());
    for row in rows {
        lengths.push(row.len());
        all.extend(row);
    }
    let similarity = |of: fn(&dittograph::Similarity) -> f64| -> ArrayRef {
        let of = |removed: &Removed| removed.similarity.as_ref().map_or(1.0, of);
        Arc::new(all.iter().map(of).collect::<Float64Array>())
    };
    let flag = |of: fn(&Removed) -> bool| -> ArrayRef {
        Arc::new(all.iter().map(|removed| Some(of(removed))).collect::<BooleanArray>())
    };
    let columns = vec![
        Arc::new(all.iter().map(|removed| position::of(removed.removed)).collect::<Int64Array>()) as ArrayRef,
        Arc::new(all.iter().map(|removed| position::of(removed.kept)).collect::<Int64Array>()),
        flag(|removed| removed.similarity.is_some()),
        similarity(dittograph::Similarity::jaccard),
        similarity(dittograph::Similarity::containment),
        flag(|removed| removed.evidence == Evidence::Run),
    ];
    Arc::new(lists(removed_fields(), columns, lengths))
}

/// `ditto_partners(settings, votes)`
fn partners(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let votes = columns[0].as_list::<i32>();
    let mut partners = ListBuilder::new(Int64Builder::new());
    for row in 0..rows {
        let votes = numbers(&votes.value(row)).values().iter().map(|&vote| group(vote)).collect();
        let chosen = job.steps.partners(votes);
        partners.append_value(chosen.into_iter().map(|document| Some(document.cast_signed())));
    }
    Ok(Arc::new(partners.finish()))
}

/// `ditto_walk(settings, earlier, later, siblings)`
fn walk(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let mut passages = Vec::new();
    let (mut pairs, mut pair_lengths) = ([const { Vec::new() }; 4], Vec::new());
    let (mut asked, mut asked_lengths) = ([const { Vec::new() }; 2], Vec::new());
    for row in 0..rows {
        let sides = [0, 1].map(|n| cell(&columns[n], row).map(|cell| Side::new(&cell)));
        let [Some(earlier), Some(later)] = &sides else { return Err("a side is missing".to_owned()) };
        let siblings: Vec<[u64; 2]> = cell(&columns[2], row).map_or_else(Vec::new, |cell| {
            let [u, v] = ["u", "v"].map(|name| field(&cell, name));
            (0..cell.len()).map(|n| [group(u.value(n)), group(v.value(n))]).collect()
        });
        let walk = job.steps.walk(&earlier.paragraphs(), &later.paragraphs(), &siblings);
        passages.push(i64::from(walk.passages));
        pair_lengths.push(walk.pairs.len());
        for pair in &walk.pairs {
            let positions = [later.positions[pair.later], earlier.positions[pair.earlier]];
            let row = [positions[0], positions[1], pair.common as i64, pair.total as i64];
            pairs.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
        asked_lengths.push(walk.asked.len());
        for [a, b] in walk.asked.iter().map(|pair| pair.map(u64::cast_signed)) {
            asked[0].push(a.min(b));
            asked[1].push(a.max(b));
        }
    }
    let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let columns = vec![
        column(passages),
        Arc::new(lists(walk_pair_fields(), pairs.map(column).into(), pair_lengths)),
        Arc::new(lists(asked_fields(), asked.map(column).into(), asked_lengths)),
    ];
    Ok(Arc::new(StructArray::new(walk_fields(), columns, None)))
}

/// The paragraphs of a document, in their order.
struct Side {
    positions: Vec<i64>,
    numbers: Vec<[i64; 5]>,
    texts: Vec<String>,
}

impl Side {
    fn new(cell: &StructArray) -> Self {
        let columns =
            ["pos", "grp", "passage", "words", "sketch_high", "sketch_low"].map(|name| field(cell, name));
        let texts = texts(cell.column_by_name("text").expect("a side has texts"));
        let mut order: Vec<usize> = (0..cell.len()).collect();
        order.sort_unstable_by_key(|&n| columns[0].value(n));
        Self {
            positions: order.iter().map(|&n| columns[0].value(n)).collect(),
            numbers: order.iter().map(|&n| [1, 2, 3, 4, 5].map(|column| columns[column].value(n))).collect(),
            texts: order.iter().map(|&n| texts.value(n).to_owned()).collect(),
        }
    }

    fn paragraphs<'s>(&'s self) -> Vec<WalkParagraph<'s>> {
        let paragraph = |([grp, passage, of_words, high, low], text): (&[i64; 5], &'s str)| WalkParagraph {
            group: group(*grp),
            passage: group(*passage),
            words: words(*of_words),
            sketch: u128::from(high.cast_unsigned()) << 64 | u128::from(low.cast_unsigned()),
            text,
        };
        let of = self.numbers.iter().zip(self.texts.iter().map(String::as_str));
        of.map(paragraph).collect()
    }
}

/// `ditto_is_met(settings, passages, nearest)`
fn is_met(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let [passages, nearest] = [0, 1].map(|n| numbers(&columns[n]));
    let is_met = |row| Some(job.steps.is_met(words(passages.value(row)), words(nearest.value(row))));
    Ok(Arc::new((0..rows).map(is_met).collect::<BooleanArray>()))
}

/// `ditto_revise(settings, members, pairs, groups, mates)`
fn revise(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let decide = |row| {
        let members = cell(&columns[0], row).map_or_else(Vec::new, |cell| {
            let kept = field(&cell, "kept");
            members(&cell).into_iter().zip(kept.values().iter().map(|&kept| position::id(kept))).collect()
        });
        let pairs = cell(&columns[1], row).map_or_else(Vec::new, |cell| {
            let [later, earlier, common, total] =
                ["later", "earlier", "common", "total"].map(|name| field(&cell, name));
            let pair = |n: usize| RunEvidence {
                later: position::id(later.value(n)),
                earlier: position::id(earlier.value(n)),
                common: count(common.value(n)),
                total: count(total.value(n)),
            };
            (0..cell.len()).map(pair).collect::<Vec<_>>()
        });
        let Some(groups) = cell(&columns[2], row) else { return Vec::new() };
        let numbers_of = field(&groups, "grp");
        let texts = texts(groups.column_by_name("text").expect("a group has a text"));
        let documents = groups.column_by_name("documents").expect("a group has documents").as_list::<i32>();
        let documents: Vec<Vec<u64>> = (0..groups.len())
            .map(|n| {
                let mut documents: Vec<u64> =
                    numbers(&documents.value(n)).values().iter().map(|&document| group(document)).collect();
                documents.sort_unstable();
                documents.dedup();
                documents
            })
            .collect();
        let texts: Vec<GroupText<'_>> = (0..groups.len())
            .map(|n| GroupText {
                group: group(numbers_of.value(n)),
                text: texts.value(n),
                documents: &documents[n],
            })
            .collect();
        let mates: Vec<MateGroups> = cell(&columns[3], row).map_or_else(Vec::new, |cell| {
            let [doc, u, v] = ["doc", "u", "v"].map(|name| field(&cell, name));
            let mates = |n: usize| MateGroups {
                document: group(doc.value(n)),
                groups: [group(u.value(n)), group(v.value(n))],
            };
            (0..cell.len()).map(mates).collect()
        });
        job.steps.revise(&members, &pairs, &texts, &mates)
    };
    Ok(removed_lists((0..rows).map(decide)))
}

/// `ditto_lcs(settings, text, text)`
fn lcs(job: &Job, columns: &[ArrayRef], rows: usize) -> std::result::Result<ArrayRef, String> {
    let [a, b] = [0, 1].map(|n| texts(&columns[n]));
    let lcs =
        |row| (!a.is_null(row) && !b.is_null(row)).then(|| job.detector.lcs(a.value(row), b.value(row)));
    Ok(Arc::new((0..rows).map(lcs).collect::<Float64Array>()))
}
