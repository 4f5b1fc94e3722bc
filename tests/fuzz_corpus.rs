//! What the fuzzer kept (`tests/fuzz`) is run by the same oracles: inputs that reach much of the code, and those that were once wrong.

mod oracles;

use std::fs;
use std::path::Path;

#[test]
fn every_kept_input_is_as_its_oracle_has_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz");
    let mut bytes = 0;
    for (name, check) in oracles::ALL {
        let inputs = corpus.join(name).read_dir().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut paths: Vec<_> = inputs.map(|input| input.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{name}");
        for path in paths {
            let input = fs::read(&path).unwrap();
            bytes += input.len();
            let checked = std::panic::catch_unwind(|| check(&input));
            assert!(checked.is_ok(), "{} is not as its oracle has it", path.display());
        }
    }
    assert!(bytes < 200_000, "{bytes} bytes are kept; `cargo fuzz cmin` makes them fewer");
}
