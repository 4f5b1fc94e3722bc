//! The fields of a row: which are read, and how they become JSON.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::record::Field;
use ::parquet::schema::types::{ColumnDescriptor, Type, TypePtr};
use serde_json::Value;

/// Returns true for a column of strings that is no part of a list.
pub(super) fn is_string(column: &ColumnDescriptor) -> bool {
    column.physical_type() == Physical::BYTE_ARRAY && column.max_rep_level() == 0
}

/// Returns a field without the columns whose paths are in `read`; None if nothing of it is left.
pub(super) fn without(field: &TypePtr, path: &str, read: &[&str]) -> Option<TypePtr> {
    if read.contains(&path) {
        return None;
    }
    if field.is_primitive() || !read.iter().any(|read| read.starts_with(path)) {
        return Some(Arc::clone(field));
    }
    let fields = field.get_fields().iter();
    let fields = fields.filter_map(|inner| without(inner, &format!("{path}.{}", inner.name()), read));
    let info = field.get_basic_info();
    let group = Type::group_type_builder(field.name())
        .with_repetition(info.has_repetition().then(|| info.repetition())?)
        .with_converted_type(info.converted_type())
        .with_logical_type(info.logical_type_ref().cloned())
        .with_fields(fields.collect());
    group.build().ok().map(Arc::new)
}

/// Returns true if a field has one value a row, of types that the crate converts. A list may have more values in a row than
/// memory has room for, in a few bytes of the file.
pub(super) fn is_plain(field: &TypePtr) -> bool {
    use ::parquet::basic::ConvertedType as C;

    if !field.get_basic_info().has_repetition() || field.get_basic_info().repetition() == Repetition::REPEATED
    {
        return false;
    }
    let converted = field.get_basic_info().converted_type();
    if field.is_group() {
        return converted == C::NONE
            && !field.get_fields().is_empty()
            && field.get_fields().iter().all(is_plain);
    }
    match field.get_physical_type() {
        Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE | Physical::INT96 => true,
        Physical::INT32 => {
            let small = [C::INT_8, C::INT_16, C::INT_32, C::UINT_8, C::UINT_16, C::UINT_32];
            small.contains(&converted) || [C::NONE, C::DATE, C::TIME_MILLIS, C::DECIMAL].contains(&converted)
        }
        Physical::INT64 => {
            let times = [C::TIME_MICROS, C::TIMESTAMP_MILLIS, C::TIMESTAMP_MICROS];
            times.contains(&converted) || [C::NONE, C::INT_64, C::UINT_64, C::DECIMAL].contains(&converted)
        }
        Physical::BYTE_ARRAY => [C::NONE, C::UTF8, C::ENUM, C::JSON, C::DECIMAL].contains(&converted),
        Physical::FIXED_LEN_BYTE_ARRAY => {
            let has_length = matches!(&**field, Type::PrimitiveType { type_length: 1.., .. });
            has_length && (converted == C::DECIMAL || converted == C::NONE)
        }
    }
}

/// Converts a value to JSON. Dates and times become text; bytes that are no text, and what is out of range, become null.
pub(super) fn to_json(field: Field, field_type: &Type) -> Value {
    /// Days of 200 000 years, which a calendar has room for.
    const MAX_DAYS: i64 = 73_000_000;
    // The crate knows no nanoseconds, which data frames have; a thousand of them are as fine as its text gets.
    let field = match (field, field_type.get_basic_info().logical_type_ref()) {
        (Field::Long(time), Some(LogicalType::Timestamp(time_type))) if time_type.unit == TimeUnit::NANOS => {
            Field::TimestampMicros(time.div_euclid(1000))
        }
        (Field::Long(time), Some(LogicalType::Time(time_type))) if time_type.unit == TimeUnit::NANOS => {
            Field::TimeMicros(time.div_euclid(1000))
        }
        (field, _) => field,
    };
    match field {
        Field::Str(text) => Value::String(text),
        Field::Bytes(bytes) => bytes.as_utf8().map_or(Value::Null, Value::from),
        Field::Group(row) => {
            let columns = row.into_columns().into_iter().zip(field_type.get_fields());
            columns.map(|((name, field), field_type)| (name, to_json(field, field_type))).collect()
        }
        Field::Date(days) if i64::from(days).abs() > MAX_DAYS => Value::Null,
        Field::TimestampMillis(time) if time.unsigned_abs() / 86_400_000 > MAX_DAYS as u64 => Value::Null,
        Field::TimestampMicros(time) if time.unsigned_abs() / 86_400_000_000 > MAX_DAYS as u64 => Value::Null,
        Field::Decimal(number)
            if !(0..=100).contains(&number.scale()) || number.precision() < number.scale() =>
        {
            Value::Null
        }
        Field::ListInternal(_) | Field::MapInternal(_) => Value::Null, // they are not read
        plain => plain.to_json_value(),
    }
}
