//! As much of Markdown as the documentation is checked by: blocks of code, headings, links.

use std::path::{Path, PathBuf};

use crate::support::repository;

/// A file of the documentation.
pub struct Page {
    /// Its path in the repository.
    pub path: PathBuf,
    pub lines: Vec<String>,
}

/// A block of code between two fences.
pub struct Block {
    pub language: String,
    pub text: String,
    /// The lines of the text, as indices into [`Page::lines`].
    pub lines: std::ops::Range<usize>,
    /// What an HTML comment above it says of where it is run: `<!-- in: examples/parallel -->`.
    pub place: Option<String>,
    /// What an HTML comment above it says of the file that it is: `<!-- file: pipeline.yml -->`.
    pub file: Option<String>,
}

impl Page {
    pub fn read(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let text = std::fs::read_to_string(repository().join(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, lines: text.lines().map(str::to_owned).collect() }
    }

    /// All pages: those of the book, and what people read in the repository.
    pub fn all() -> Vec<Self> {
        let mut paths = vec!["README.md".into(), "ARCHITECTURE.md".into(), "CHANGELOG.md".into()];
        find("docs/src".as_ref(), &mut paths);
        find("examples".as_ref(), &mut paths);
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    /// Where it stands, for a message.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{}", self.path.display(), line + 1)
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(&str, Block)> = None;
        let (mut place, mut file) = (None, None);
        for (index, line) in self.lines.iter().enumerate() {
            match &mut open {
                Some((fence, _)) if line == fence => {
                    let (_, mut block) = open.take().unwrap();
                    block.lines.end = index;
                    blocks.push(block);
                }
                Some((_, block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None if line.starts_with("```") => {
                    let language = line.trim_start_matches('`');
                    let fence = &line[..line.len() - language.len()];
                    let block = Block {
                        language: language.to_owned(),
                        text: String::new(),
                        lines: index + 1..index + 1,
                        place: place.take(),
                        file: file.take(),
                    };
                    open = Some((fence, block));
                }
                None => {
                    let says = |key: &str| {
                        let said = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.strip_prefix(key)?;
                        Some(said.strip_prefix(": ")?.to_owned())
                    };
                    place = says("in").or(place);
                    file = says("file").or(file);
                }
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", self.path.display());
        blocks
    }

    /// The lines outside of blocks of code, with the code in them blanked out.
    fn prose(&self) -> Vec<(usize, String)> {
        let blocks = self.blocks();
        let is_code =
            |index: &usize| blocks.iter().any(|block| (block.lines.start - 1..=block.lines.end).contains(index));
        let prose = (0..self.lines.len()).filter(|index| !is_code(index));
        prose.map(|index| (index, without_code(&self.lines[index]))).collect()
    }

    /// The links, with the lines that they stand on.
    pub fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (index, line) in self.prose() {
            for rest in line.split("](").skip(1) {
                let target = rest.split(')').next().unwrap_or_default();
                links.push((index, target.to_owned()));
            }
            if let Some((name, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "))
                && !name.contains(']')
            {
                links.push((index, target.trim().to_owned()));
            }
        }
        links
    }

    /// What a link may have behind its `#`.
    pub fn anchors(&self) -> Vec<String> {
        let blocks = self.blocks();
        let is_code = |index: usize| blocks.iter().any(|block| block.lines.contains(&index));
        let headings = self.lines.iter().enumerate().filter(|(index, line)| line.starts_with('#') && !is_code(*index));
        headings.map(|(_, line)| anchor(line.trim_start_matches('#').trim())).collect()
    }
}

/// A heading as mdBook and GitHub name it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn without_code(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part.to_owned() } else { "x".repeat(part.len()) }).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(repository().join(folder)).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            find(&path, paths);
        } else if path.extension().is_some_and(|suffix| suffix == "md") {
            paths.push(path);
        }
    }
}
