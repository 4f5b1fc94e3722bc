//! Names of options, as command lines, summaries and error messages write them.

/// Implements `Display` and `FromStr` for an option: each variant has one name. A name that no variant has is a
/// configuration error that lists those there are.
macro_rules! string_enum {
    ($option:literal, $type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        /// Writes the name of the option.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    $($type::$variant => $name,)+
                })
            }
        }

        /// Reads what `Display` writes.
        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok($type::$variant),)+
                    _ => Err(crate::error::Error::config($option, crate::option_names::one_of(&[$($name),+]), name)),
                }
            }
        }
    };
}

pub(crate) use string_enum;

/// Joins names as in "a, b or c".
pub(crate) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}
