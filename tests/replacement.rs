//! A replacement takes the place of a file at once, or not at all.

use std::io::Write;

use dittograph::saved::Replacement;

#[test]
fn a_replacement_takes_the_place_of_a_file_only_when_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.index");
    let write = |text: &str| {
        let mut file = Replacement::begin(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    };
    write("one").commit().unwrap();
    drop(write("two"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
    let held = write("three");
    let error = Replacement::begin(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: another program is replacing it", path.display()));
    held.commit().unwrap();
    // What a program that was killed leaves is overwritten, longer though it be.
    std::fs::write(
        folder.path().join("news.index.dittograph-new"),
        "what is left of a program that was killed",
    )
    .unwrap();
    write("four").commit().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "four");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let error = Replacement::begin(folder.path()).unwrap_err();
    let folder = folder.path().display();
    assert_eq!(error.to_string(), format!("{folder}: not a file that another can replace"));
}

/// In a file system that has files without a name.
#[cfg(target_os = "linux")]
#[test]
fn of_a_replacement_that_is_never_finished_an_empty_file_is_left() {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else { return };
    let path = folder.path().join("news.index");
    std::fs::write(&path, "one").unwrap();
    let mut file = Replacement::begin(&path).unwrap();
    file.write_all(&vec![b'x'; 1 << 20]).unwrap();
    file.sync().unwrap();
    std::mem::forget(file); // as if the program were killed here
    let lens = |folder: &std::path::Path| {
        let files = folder.read_dir().unwrap().map(|file| file.unwrap());
        let mut files: Vec<_> = files
            .map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len()))
            .collect();
        files.sort();
        files
    };
    let left = ("news.index.dittograph-new".to_owned(), 0);
    assert_eq!(lens(folder.path()), [("news.index".to_owned(), 3), left]);

    // One that was killed between its last two steps left a whole file.
    let other = folder.path().join("other.index");
    std::fs::write(folder.path().join("other.index.dittograph-complete"), "whole").unwrap();
    let mut file = Replacement::begin(&other).unwrap();
    file.write_all(b"new").unwrap();
    file.commit().unwrap();
    assert_eq!(lens(folder.path())[2..], [("other.index".to_owned(), 3)]);
    assert_eq!(std::fs::read_to_string(other).unwrap(), "new");
}

#[cfg(unix)]
#[test]
fn a_replacement_follows_a_link_to_the_file_alone_and_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let [path, link, broken, victim] =
        ["file", "link", "broken", "victim"].map(|name| folder.path().join(name));
    std::fs::write(&path, "old").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("file", &link).unwrap();
    Replacement::begin(&link).unwrap().commit().unwrap();
    assert!(link.is_symlink());
    assert_eq!(
        (path.metadata().unwrap().len(), path.metadata().unwrap().permissions().mode() & 0o777),
        (0, 0o600)
    );
    symlink("nowhere", &broken).unwrap();
    let error = Replacement::begin(&broken).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: a link to nowhere, which is not there", broken.display()));
    // A link where it is written is no way to another's file.
    std::fs::write(&victim, "precious").unwrap();
    symlink(&victim, folder.path().join("file.dittograph-new")).unwrap();
    let error = Replacement::begin(&path).unwrap_err();
    let (path, new) = (path.display(), folder.path().join("file.dittograph-new"));
    let new = new.display();
    assert_eq!(error.to_string(), format!("{path}: written to {new} first, which is not a file"));
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
}
