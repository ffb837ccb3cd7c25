//! Looking closer: at nodes, at files, at results.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Editor, Model, interface};
use crate::api::{CleanPreview, Comparison, DataFacts, Details, Field, OutlineItem, Preview, States, TaskInfo};
use crate::{Refused, board, files, used_by};

impl Editor {
    fn model(&self) -> Arc<Model> {
        Arc::clone(&self.shared.now().model)
    }

    /// All that is known of a node.
    pub fn details(&self, node: &str) -> Option<Details> {
        let model = self.model();
        let project = &model.project;
        let told = |task: &str| interface(project, task);
        let uses = |node: &str| used_by(project.source(), node);
        let mut details = board::details(project.checked(), project.source(), &told, node, &uses)?;
        let (base, is_dirty) = {
            let now = self.shared.now();
            (now.document.base().to_owned(), now.document.is_dirty())
        };
        if is_dirty {
            // What the file says of it, by the same means.
            let source = loom_spec::Source::new(project.source().name(), base);
            let parsed = loom_spec::parse(&source);
            let checked = loom_graph::check(parsed, &loom_graph::OnPaper);
            let saved = board::details(&checked, &source, &told, node, &|_| Vec::new());
            fill_in_saved(&mut details.fields, &saved.map(|saved| saved.fields).unwrap_or_default());
        }
        Some(details)
    }

    /// Nodes that a text leads to, the best first.
    pub fn search(&self, query: &str) -> Vec<OutlineItem> {
        files::search(&self.model().drawn.outline, query)
    }

    /// The tasks that steps could run.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        let tasks = self.shared.tasks_dir.get().map_or(Path::new("tasks"), PathBuf::as_path);
        files::tasks(&self.shared.folder, tasks)
    }

    /// How all cards stand.
    pub fn states(&self) -> States {
        self.shared.watching.seen().states.clone()
    }

    /// What is known of data.
    pub fn facts(&self, id: &str) -> Result<DataFacts, Refused> {
        let model = self.model();
        let states = self.states();
        files::facts(&model.project, id, &states)
    }

    /// A look into a file: of a table `limit` rows from `offset` on.
    pub fn preview(&self, id: &str, offset: usize, limit: usize) -> Result<Preview, Refused> {
        files::preview(&files::locate(&self.model().project, id)?, offset, limit)
    }

    /// A picture of a file, as PNG, no wider than so many pixels.
    pub fn thumb(&self, id: &str, width: u32) -> Result<Vec<u8>, Refused> {
        files::thumb(&files::locate(&self.model().project, id)?, width)
    }

    /// A file, to be handed out, and its name.
    pub fn raw(&self, id: &str) -> Result<(File, String), Refused> {
        files::raw(&files::locate(&self.model().project, id)?)
    }

    /// What cleaning up would remove.
    pub fn clean_preview(&self) -> Result<CleanPreview, Refused> {
        files::clean_preview(&self.model().project)
    }

    /// Removes what was previewed, or of that the entries with these paths: to the trash, unless `permanently`.
    pub fn clean(&self, token: &str, paths: &[String], permanently: bool) -> Result<(), Refused> {
        self.shared.may_write()?;
        if self.is_running() {
            return Err(Refused::new("refused", "a run is at work: what it makes cannot be cleaned up now"));
        }
        files::clean(&self.model().project, token, paths, permanently)?;
        self.files_changed();
        Ok(())
    }

    /// What configurations, or units, came to.
    pub fn comparison(&self) -> Comparison {
        files::comparison(&self.model().project, self.shared.memory())
    }
}

fn fill_in_saved(fields: &mut [Field], saved: &[Field]) {
    for field in fields {
        let there = saved.iter().find(|there| there.path == field.path && there.section == field.section);
        let there = there.and_then(|there| there.text.clone()).unwrap_or_default();
        field.saved = Some(there).filter(|there| *there != field.text.clone().unwrap_or_default());
    }
}
