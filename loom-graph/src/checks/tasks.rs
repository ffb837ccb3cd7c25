//! Tasks that steps make: their own, which is refused, and those of others, which is told.

use foldhash::HashSet;
use loom_spec::{Problem, Program};

use super::Check;
use crate::links::Role;
use crate::names::Resolved;
use crate::world::refused_as_path;

impl Check<'_> {
    /// No step makes the task that it runs.
    pub(super) fn overwrites(&mut self) {
        for (step, id) in self.pipeline.steps.iter().zip(self.links.steps()) {
            let Program::Task(task) = &step.program else { continue };
            for made in self.links.writes(id).filter(|made| made.role == Role::Output) {
                let location = &*self.links.datum(made.datum).location;
                let is_task = || match self.names.scalar(self.pipeline, task) {
                    Ok(Resolved::Text(path)) if refused_as_path(&path).is_none() => {
                        self.world.locate(&path) == *location
                    }
                    _ => false,
                };
                // The names are cheap to compare, and differ where there is nothing wrong.
                if task.text.rsplit('/').next() == location.as_str().rsplit('/').next() && is_task() {
                    let name = &step.name.text;
                    self.problems.push(
                        Problem::error("overwrites", format!("`{name}` makes `{}`, which is its own task", made.path))
                            .at(made.span, "made here")
                            .at(task.span, "run here")
                            .help("give what it makes another path"),
                    );
                }
            }
        }
    }

    /// A step that runs a task that another one makes is told of: nothing makes it wait for that.
    pub(super) fn made_tasks(&mut self) {
        fn name_of(path: &str) -> &str {
            path.rsplit('/').next().unwrap_or_default()
        }
        let links = self.links;
        let made = || links.steps().flat_map(|step| links.writes(step).map(move |made| (step, made)));
        // The names are cheap to compare, and differ where there is nothing wrong.
        let names: HashSet<&str> = made().map(|(_, made)| name_of(links.datum(made.datum).location.as_str())).collect();
        for (step, id) in self.pipeline.steps.iter().zip(links.steps()) {
            let Program::Task(task) = &step.program else { continue };
            if !names.contains(name_of(&task.text)) {
                continue;
            }
            let Ok(Resolved::Text(path)) = self.names.scalar(self.pipeline, task) else { continue };
            if refused_as_path(&path).is_some() {
                continue;
            }
            let location = self.world.locate(&path);
            let maker = made().find(|(maker, made)| *maker != id && *links.datum(made.datum).location == location);
            if let Some((maker, made)) = maker {
                let (name, maker) = (&step.name.text, &self.pipeline.steps[maker.index()].name.text);
                self.problems.push(
                    Problem::warning(
                        "made-task",
                        format!("`{name}` runs `{path}`, which `{maker}` makes, and does not wait for that"),
                    )
                    .at(task.span, "run here")
                    .at(made.span, "made here")
                    .help("make it a data node, and run it by `command`, as in `command: [sh, $node]`"),
                );
            }
        }
    }
}
