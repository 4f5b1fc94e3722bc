//! A file uses only what stands above it in the list of modules in `lib.rs`.

use std::fs;
use std::path::Path;

#[test]
fn a_file_uses_only_what_stands_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(src.join("lib.rs")).unwrap();
    let modules: Vec<&str> = list
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 10, "{modules:?}");
    for (place, module) in modules.iter().enumerate() {
        let text = with_parts(&src, module);
        let code = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(
                modules[..=place].contains(&used.as_str()),
                "{module}.rs uses {used}, which does not stand above it"
            );
        }
    }
}

/// The code of a module and of what is in its folder.
fn with_parts(src: &Path, module: &str) -> String {
    let mut text = fs::read_to_string(src.join(format!("{module}.rs"))).unwrap();
    let parts = src.join(module);
    for part in parts.read_dir().into_iter().flatten() {
        let name = part.unwrap().file_name().into_string().unwrap();
        if let Some(part) = name.strip_suffix(".rs") {
            text += &with_parts(&parts, part);
        }
    }
    text
}
