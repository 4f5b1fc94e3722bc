//! A folder uses only what stands above it in the list of modules in `lib.rs`.

use std::fs;
use std::path::Path;

#[test]
fn a_folder_uses_only_what_stands_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(src.join("lib.rs")).unwrap();
    let modules: Vec<&str> = list
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 10, "{modules:?}");
    for (place, module) in modules.iter().enumerate() {
        let mut text = String::new();
        read_all(&src.join(format!("{module}.rs")), &mut text);
        read_all(&src.join(module), &mut text);
        let code = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(
                modules[..=place].contains(&used.as_str()),
                "{module} uses {used}, which does not stand above it"
            );
        }
    }
}

/// Adds the code of a file, or of all files in a folder and in those below it.
fn read_all(path: &Path, text: &mut String) {
    if path.is_file() {
        *text += &fs::read_to_string(path).unwrap();
    }
    for entry in path.read_dir().into_iter().flatten() {
        read_all(&entry.unwrap().path(), text);
    }
}
