//! Running the command.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub fn program(subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dittograph"));
    command.arg(subcommand);
    command
}

pub fn dittograph(subcommand: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = program(subcommand)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    _ = child.stdin.take().unwrap().write_all(input); // a program that reads no input may have ended
    child.wait_with_output().unwrap()
}

/// Standard output of a run that did its work and said nothing else, but for the summary for people.
#[track_caller]
pub fn printed(output: &Output) -> &str {
    let told = String::from_utf8_lossy(&output.stderr);
    let is_summary = |line: &str| SUMMARY.iter().chain(&MARKED).any(|begin| line.starts_with(begin));
    assert!(output.status.success() && told.lines().all(is_summary), "{} {told}", output.status);
    std::str::from_utf8(&output.stdout).unwrap()
}

/// What the lines of the summary begin with.
pub const SUMMARY: [&str; 5] = ["read     ", "removed  ", "changed  ", "left     ", "wrote    "];

/// The same of those that differ where nothing is removed.
const MARKED: [&str; 2] = ["marked   ", "in       "];

/// A run that ended with status 2, nothing on standard output, and a first line of error that holds `needle`.
#[track_caller]
pub fn refused(output: &Output, needle: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty());
    assert!(told.lines().next().is_some_and(|line| line.contains(needle)), "{told}");
}

/// A folder of its own for each test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
