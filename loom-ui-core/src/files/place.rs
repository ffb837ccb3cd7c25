//! From ids to files, and no further: clients name what the pipeline names, never paths.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use loom_exec::Project;
use loom_graph::{Datum, Location, locate_by_text};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, open, openat, statat};

use super::instances::instances;
use crate::Refused;

/// A file or folder that is there and may be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The id that was asked for.
    pub id: String,
    /// The path, as the pipeline has it.
    pub path: String,
    /// The type of the data node, as it is written.
    pub data_type: Option<String>,
    /// The folder that it must not lead out of; no link leads there.
    around: PathBuf,
    /// Where it stands in that folder; no link leads there, or did when it was looked for.
    inside: PathBuf,
}

/// What can be told of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) is_file: bool,
    pub(super) is_folder: bool,
    pub(super) size: u64,
    /// When it was changed, in nanoseconds since 1970.
    pub(super) changed: u128,
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Self {
        let changed = metadata.modified().unwrap_or(UNIX_EPOCH);
        Self {
            is_file: metadata.is_file(),
            is_folder: metadata.is_dir(),
            size: metadata.len(),
            changed: since_1970(changed).as_nanos(),
        }
    }

    /// Changes whenever the file does.
    pub(super) fn etag(&self) -> String {
        format!("{:x}-{:x}", self.changed, self.size)
    }

    /// When it was changed, in milliseconds since 1970.
    pub(super) fn modified(&self) -> u64 {
        u64::try_from(self.changed / 1_000_000).unwrap_or(u64::MAX)
    }
}

fn since_1970(at: SystemTime) -> Duration {
    at.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Finds what an id stands for: `data:NAME`, `path:PATH`, and of something that comes in several, or of a folder,
/// `data:NAME@LABEL` and `data:NAME@FILE`.
///
/// What is not in the pipeline folder, links followed, is found only if a data node's own path says so; what may not
/// be looked into is refused as if it were not there.
pub fn locate(project: &Project, id: &str) -> Result<Located, Refused> {
    find(project, id).ok_or_else(|| missing(id))
}

/// That nothing is there, or nothing that may be looked into.
pub(super) fn missing(id: &str) -> Refused {
    let name = id.split_once(':').map_or(id, |(_, name)| name);
    Refused::new("not_found", format!("there is no file `{name}` to be looked into"))
}

fn find(project: &Project, id: &str) -> Option<Located> {
    if let Some(datum) = datum_of(project, id) {
        let own = Wanted::of(project, datum).resolve(project.folder(), id);
        // Of something that comes in several, the first stands for all.
        let first = || {
            let several = instances(project, datum);
            several.iter().find_map(|instance| instance.wanted(project, datum).resolve(project.folder(), id))
        };
        return own.or_else(first);
    }
    // A name may have an `@` in it.
    id.match_indices('@').find_map(|(at, _)| {
        let (card, label) = (&id[..at], &id[at + 1..]);
        let datum = datum_of(project, card)?;
        let several = instances(project, datum);
        if let Some(instance) = several.iter().find(|instance| instance.label == label) {
            return instance.wanted(project, datum).resolve(project.folder(), id);
        }
        // A file of an instance that is a folder, or of the folder itself.
        let of_instance = several.iter().find_map(|instance| {
            let name = label.strip_prefix(&*instance.label)?.strip_prefix('@')?;
            instance.wanted(project, datum).resolve(project.folder(), id)?.inside(name)
        });
        of_instance.or_else(|| Wanted::of(project, datum).resolve(project.folder(), id)?.inside(label))
    })
}

/// The datum of a card.
pub(super) fn datum_of<'a>(project: &'a Project, id: &str) -> Option<&'a Datum> {
    let data = project.checked().links.data();
    let is_place = |datum: &&Datum| !matches!(*datum.location, Location::Answer(_));
    match id.split_once(':')? {
        ("data", name) => data.iter().filter(is_place).find(|datum| datum.name.as_deref() == Some(name)),
        ("path", path) => data.iter().filter(is_place).find(|datum| datum.name.is_none() && &*datum.path == path),
        _ => None,
    }
}

/// The id of the card of a datum.
pub(super) fn id_of(datum: &Datum) -> String {
    match &datum.name {
        Some(name) => format!("data:{name}"),
        None => format!("path:{}", datum.path),
    }
}

/// A path that the pipeline speaks of.
pub(super) struct Wanted<'a> {
    pub(super) path: &'a str,
    pub(super) data_type: Option<String>,
    /// Whether a data node itself leads out of the pipeline folder, by what it says.
    pub(super) may_leave: bool,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(project: &Project, datum: &'a Datum) -> Self {
        Self::named(project, datum, &datum.path)
    }

    /// Another path of the same data node.
    pub(super) fn named(project: &Project, datum: &Datum, path: &'a str) -> Self {
        let nodes = &project.checked().pipeline.data;
        let node = datum.name.as_ref().and_then(|name| nodes.iter().find(|node| node.name.text == *name));
        let data_type = node.and_then(|node| node.kind.as_ref()).map(|kind| kind.text.to_string());
        let may_leave = node.is_some() && matches!(locate_by_text(path), Location::Outside(_));
        Self { path, data_type, may_leave }
    }

    /// Where it leads, if that is there and may be looked into.
    pub(super) fn resolve(self, folder: &Path, id: &str) -> Option<Located> {
        let real = folder.join(self.path).canonicalize().ok()?;
        let (around, inside) = match real.strip_prefix(folder) {
            Ok(inside) => (folder.to_path_buf(), inside.to_path_buf()),
            Err(_) if !self.may_leave => return None,
            Err(_) if real.is_dir() => (real, PathBuf::new()),
            Err(_) => (real.parent()?.to_path_buf(), real.file_name()?.into()),
        };
        Some(Located { id: id.to_owned(), path: self.path.to_owned(), data_type: self.data_type, around, inside })
    }
}

/// What a folder holds.
pub(super) struct Listed {
    pub(super) name: std::ffi::OsString,
    pub(super) size: u64,
    pub(super) is_folder: bool,
}

impl Located {
    /// Something in this folder, by its name alone; nothing that leads out of the folder.
    fn inside(&self, name: &str) -> Option<Self> {
        let mut parts = Path::new(name).components();
        let (Some(Component::Normal(part)), None) = (parts.next(), parts.next()) else { return None };
        if part != OsStr::new(name) || name.contains('\0') {
            return None;
        }
        let folder = self.around.join(&self.inside);
        let real = folder.join(part).canonicalize().ok()?;
        let inside = real.strip_prefix(&folder).ok()?;
        let inside = self.inside.join(inside);
        let path = format!("{}/{name}", self.path.trim_end_matches('/'));
        Some(Self { path, data_type: None, inside, ..self.clone() })
    }

    /// Its name, as one that it can be kept by anywhere.
    pub(super) fn file_name(&self) -> String {
        let real = self.around.join(&self.inside);
        let name = Path::new(&self.path).file_name().or(real.file_name());
        let name = name.unwrap_or_else(|| OsStr::new("file")).to_string_lossy();
        name.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\' | '/') { '_' } else { c }).collect()
    }

    /// The path that tells its kind: as the pipeline has it, for a link may have any.
    pub(super) fn suffix(&self) -> String {
        let suffix = Path::new(&self.path).extension().unwrap_or_default();
        suffix.to_string_lossy().to_ascii_lowercase()
    }

    /// How it stands now; none if it is not there, or is a link by now.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let metadata = self.around.join(&self.inside).symlink_metadata().ok()?;
        (!metadata.is_symlink()).then(|| Stamp::of(&metadata))
    }

    /// Opens the folder around it, on a way that leads through no link, and gives its name there.
    fn parent(&self) -> Option<(OwnedFd, &OsStr)> {
        let mut at = open(&self.around, FOLDER, Mode::empty()).ok()?;
        let mut parts = self.inside.components().peekable();
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else { return None };
            if parts.peek().is_none() {
                return Some((at, name));
            }
            at = openat(&at, name, FOLDER, Mode::empty()).ok()?;
        }
        Some((at, OsStr::from_bytes(b".")))
    }

    /// Opens the file. Nothing but a file is opened: whoever opens a pipe waits for another one to do so, too.
    pub(super) fn open(&self) -> Option<File> {
        let (parent, name) = self.parent()?;
        open_file(&parent, name)
    }

    /// The first bytes of the file, at most so many.
    pub(super) fn head(&self, most: u64) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(most).read_to_end(&mut head).ok()?;
        Some(head)
    }

    /// What the folder holds by name, at most so many, and how many there are.
    pub(super) fn list(&self, most: usize) -> Option<(Vec<Listed>, usize)> {
        let (parent, name) = self.parent()?;
        let folder = openat(&parent, name, FOLDER, Mode::empty()).ok()?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&folder).ok()? {
            let name = entry.ok()?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(name);
            }
        }
        let total = names.len();
        names.sort_unstable();
        names.truncate(most);
        let listed = names.into_iter().map(|name| {
            let name = OsStr::from_bytes(&name).to_owned();
            let stat = statat(&folder, &*name, AtFlags::SYMLINK_NOFOLLOW).ok();
            let kind = stat.map(|stat| FileType::from_raw_mode(stat.st_mode));
            let size = stat.filter(|_| kind == Some(FileType::RegularFile)).map_or(0, |stat| stat.st_size);
            Listed { name, size: u64::try_from(size).unwrap_or(0), is_folder: kind == Some(FileType::Directory) }
        });
        Some((listed.collect(), total))
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a file of a folder, if it is one, and no link, pipe or device.
fn open_file(folder: &OwnedFd, name: &OsStr) -> Option<File> {
    let kind = FileType::from_raw_mode(statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?.st_mode);
    if kind != FileType::RegularFile {
        return None;
    }
    let file = File::from(openat(folder, name, FILE, Mode::empty()).ok()?);
    file.metadata().ok()?.is_file().then_some(file)
}

/// Opens a file whose folders are trusted, if it is one, and no link, pipe or device.
pub(super) fn open_plain(path: &Path) -> Option<File> {
    let folder = open(path.parent()?, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    open_file(&folder, path.file_name()?)
}
