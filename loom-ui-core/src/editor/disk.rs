//! The file of a pipeline: reading it, knowing whether it changed, writing it as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Refused;

/// What a file held when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A text.
    Text(String),
    /// Nothing: there is no file.
    Nothing,
    /// Something that is no text, or that cannot be read, and why.
    Unreadable(String),
}

/// The file of a document.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
}

impl Disk {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is there now.
    pub(super) fn look(&self) -> Found {
        match loom_spec::read(&self.path) {
            Ok(source) => Found::Text(source.text().to_owned()),
            Err(error) => match &error.kind {
                loom_spec::ReadErrorKind::Io(cause) if cause.kind() == io::ErrorKind::NotFound => Found::Nothing,
                kind => Found::Unreadable(kind.to_string()),
            },
        }
    }

    /// Why it cannot be written, as far as that can be told beforehand.
    pub(super) fn refuses(&self) -> Option<String> {
        let metadata = fs::metadata(&self.path).ok()?;
        metadata.permissions().readonly().then(|| "the file is write-protected".to_owned())
    }

    /// Writes a text: to a new file beside it, which takes its place when all of it is on the disk. Whatever goes wrong, the
    /// old file is what it was.
    pub(super) fn write(&self, text: &str) -> Result<(), Refused> {
        if let Some(why) = self.refuses() {
            return Err(refused(&self.path, &why));
        }
        self.replace(text).map_err(|error| refused(&self.path, &told(&error)))
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        // What a link leads to is written, and the link stays. One that leads nowhere yet is followed, too.
        let target = self.path.canonicalize().or_else(|error| match fs::read_link(&self.path) {
            Ok(to) => Ok(self.path.parent().unwrap_or(Path::new(".")).join(to)),
            Err(_) if error.kind() == io::ErrorKind::NotFound => Ok(self.path.clone()),
            Err(_) => Err(error),
        })?;
        let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let mut new = tempfile::Builder::new().prefix(".loom-").suffix(".new").tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        let permissions = match fs::metadata(&target) {
            Ok(metadata) => metadata.permissions(),
            Err(_) => usual_permissions(folder)?,
        };
        new.as_file().set_permissions(permissions)?;
        new.as_file().sync_all()?;
        new.persist(&target).map_err(|error| error.error)?;
        // The name is on the disk only when the folder is.
        File::open(folder)?.sync_all()
    }
}

/// The permissions of a file that is made in the usual way; a temporary one is its owner's alone.
#[cfg(unix)]
fn usual_permissions(folder: &Path) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    // Who may read the folder may read what is in it; who may enter it to write may change it.
    let mode = fs::metadata(folder)?.permissions().mode();
    Ok(fs::Permissions::from_mode(mode & 0o666 | 0o600))
}

/// Tells one state of a file from another.
pub(super) fn version(found: &Found) -> String {
    match found {
        Found::Text(text) => blake3::hash(text.as_bytes()).to_hex()[..24].to_owned(),
        Found::Nothing => "nothing".to_owned(),
        Found::Unreadable(_) => "unreadable".to_owned(),
    }
}

fn refused(path: &Path, why: &str) -> Refused {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Refused::new("cannot_write", format!("cannot write {name}: {why}; your changes are kept here"))
}

/// The commonest reasons in plain words.
fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "you may not use more of the disk".to_owned(),
        io::ErrorKind::PermissionDenied => "the folder is write-protected".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is write-protected".to_owned(),
        io::ErrorKind::NotFound => "its folder is gone".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().join(name));
        (folder, disk)
    }

    #[test]
    fn what_is_written_is_found() {
        let (folder, disk) = at("pipeline.yml");
        assert_eq!(disk.look(), Found::Nothing);
        disk.write("pipeline: []\r\n").unwrap();
        assert_eq!(disk.look(), Found::Text("pipeline: []\r\n".to_owned()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, disk) = at("pipeline.yml");
        let real = folder.path().join("real.yml");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real.yml", disk.path()).unwrap();
        disk.write("new").unwrap();
        assert!(fs::symlink_metadata(disk.path()).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_protected_file_stays_as_it_is() {
        let (_folder, disk) = at("pipeline.yml");
        fs::write(disk.path(), "old").unwrap();
        let mut permissions = fs::metadata(disk.path()).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(disk.path(), permissions).unwrap();
        let error = disk.write("new").unwrap_err();
        assert_eq!(error.code, "cannot_write");
        assert!(error.message.contains("write-protected"), "{}", error.message);
        assert_eq!(fs::read_to_string(disk.path()).unwrap(), "old");
    }

    #[test]
    fn what_is_no_text_is_told() {
        let (_folder, disk) = at("pipeline.yml");
        fs::write(disk.path(), b"a: \xff").unwrap();
        assert!(matches!(disk.look(), Found::Unreadable(why) if why.contains("UTF-8")));
    }
}
