//! Names of options, as they are written on a command line and in a summary.

/// `Display` and `FromStr` of an option: each variant by its name.
macro_rules! named {
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

pub(crate) use named;

/// "a, b or c".
pub(crate) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}
