//! Gives the program a number that says which code it was built from: its own, the crate's, and the versions of all it uses.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).to_owned();
    let mut hasher = DefaultHasher::new(); // the same for the same compiler, which is enough
    for part in ["Cargo.lock", "src", "../../src"] {
        println!("cargo::rerun-if-changed={part}");
        add(&root.join(part), &mut hasher);
    }
    println!("cargo::rustc-env=BUILD={:016x}", hasher.finish());
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    if let Ok(entries) = path.read_dir() {
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().for_each(|path| add(path, hasher));
    } else {
        path.file_name().hash(hasher);
        fs::read(path).unwrap_or_default().hash(hasher);
    }
}
