//! Files: what is in them.

use serde::{Deserialize, Serialize};

/// What a file is, to those who show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FileKind {
    /// A picture that can be shown.
    Image,
    /// Rows and columns.
    Table,
    /// A tree of values.
    Json,
    /// Text.
    Text,
    /// A film.
    Video,
    /// A folder.
    Folder,
    /// Anything else.
    Binary,
}

/// What is known of a data node or path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DataFacts {
    /// The card.
    pub id: String,
    /// The path, relative to the pipeline folder.
    pub path: String,
    /// How it stands.
    pub state: super::DataState,
    /// The step that makes it.
    pub producer: Option<String>,
    /// The steps that read it.
    pub consumers: Vec<String>,
    /// Where it comes in several, one for each unit that makes it: their paths, at most 1,000.
    pub instances: Vec<FileLink>,
}

/// One of several files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FileLink {
    /// The id to ask for it by.
    pub id: String,
    /// What to call it.
    pub label: String,
    /// Whether it is there.
    pub exists: bool,
}

/// A look into a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Preview {
    /// The card.
    pub id: String,
    /// The path, relative to the pipeline folder.
    pub path: String,
    /// Its size.
    pub size: u64,
    /// When it was changed.
    pub modified: u64,
    /// What is in it.
    pub content: PreviewKind,
}

/// What is in a file, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum PreviewKind {
    /// A picture; to be asked for as such.
    Image {
        /// Width in pixels, if that could be found out.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Rows.
    Table {
        /// The names of the columns.
        columns: Vec<String>,
        /// The rows from `offset` on; as many as were asked for, at most 1,000.
        rows: Vec<Vec<String>>,
        /// The number of the first row.
        offset: usize,
        /// How many rows there are, if all of the file was read.
        total: Option<usize>,
    },
    /// Values in a tree, in order, each with its depth.
    Json {
        /// The values, at most 2,000.
        items: Vec<TreeItem>,
        /// Whether there are more.
        cut: bool,
    },
    /// Lines.
    Text {
        /// The first 256 kB.
        text: String,
        /// Whether there is more.
        cut: bool,
    },
    /// What is in a folder.
    Folder {
        /// Its entries by name, at most 1,000.
        entries: Vec<PreviewEntry>,
        /// How many there are.
        total: usize,
    },
    /// Something that is not shown.
    Binary {
        /// Its first bytes, as hexadecimal numbers and text.
        head: String,
    },
}

/// A value in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TreeItem {
    /// How deep it is; 0 is outermost.
    pub depth: usize,
    /// Its key or index.
    pub key: String,
    /// Its value; of a list or mapping how many it holds: `[3]`, `{2}`.
    pub value: String,
    /// Whether it holds others.
    pub holds: bool,
}

/// A file in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PreviewEntry {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: u64,
    /// Whether it is a folder.
    pub folder: bool,
}

/// What cleaning up would remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CleanPreview {
    /// Exactly these are removed, or nothing.
    pub token: String,
    /// What steps made.
    pub entries: Vec<CleanEntry>,
    /// What is left alone, and why.
    pub left_alone: Vec<(String, String)>,
}

/// Something that could be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CleanEntry {
    /// Its path, relative to the pipeline folder.
    pub path: String,
    /// Its size.
    pub size: u64,
    /// Who made it.
    pub made_by: Option<String>,
}
