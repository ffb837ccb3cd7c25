//! Whether a unit is what the journal says of it, letter by letter: so it is with most units most of the time, and then nothing
//! need be taken apart, nor built to be compared.

use std::path::Path;

use loom_graph::UnitFile;

use super::{Content, Decider, Look, Needs, Role};
use crate::memory::journal::Rest;

impl Decider<'_> {
    /// Whether the key that a unit would now have is the one that is written there. Where it is not, or cannot be told in this
    /// way, the two are to be compared.
    pub(super) fn is_as_written(&self, needs: &Needs, written: &str, look: Look<'_>) -> Result<bool, String> {
        let mut rest = Rest(written);
        if !needs.lists.is_empty() || !needs.env.is_empty() || !begins_as(&mut rest, needs) {
            return Ok(false);
        }
        let python = needs.python.as_ref().and_then(|python| self.versions.of(python));
        if let Some(python) = python
            && !(rest.has(",\"python\":") && rest.has_text(&python))
        {
            return Ok(false);
        }
        if !rest.has(",\"files\":[") {
            return Ok(false);
        }
        let mut is_first = true;
        let mut is_next = |role: Role, path: &str, name: Option<&str>, content: Content| {
            let of_role = match role {
                Role::Task => "{\"role\":\"task\",\"path\":",
                Role::Module => "{\"role\":\"module\",\"path\":",
                Role::Input => "{\"role\":\"input\",\"path\":",
                Role::Output => "{\"role\":\"output\",\"path\":",
            };
            let is_apart = std::mem::take(&mut is_first) || rest.has(",");
            let is_of_path = is_apart && rest.has(of_role) && rest.has_text(path);
            let is_of_name = is_of_path && name.is_none_or(|name| rest.has(",\"name\":") && rest.has_text(name));
            is_of_name && rest.has(",\"content\":\"") && rest.content() == Some(content) && rest.has("}")
        };
        let file = |path: &str| UnitFile { path: path.to_owned(), place: String::new(), name: None };
        for task in &needs.code {
            if !is_next(Role::Task, task, None, look(&file(task), Role::Task)?) {
                return Ok(false);
            }
        }
        let python = |task: &&String| Path::new(task).extension().is_some_and(|suffix| suffix == "py");
        for task in needs.code.iter().filter(python) {
            for module in self.modules.of(task).iter() {
                let content = look(&file(&module.path), Role::Module)?;
                if !is_next(Role::Module, &module.path, Some(&module.by), content) {
                    return Ok(false);
                }
            }
        }
        for (files, role) in [(&needs.reads, Role::Input), (&needs.makes, Role::Output)] {
            for file in files {
                if !is_next(role, &file.path, file.name.as_deref(), look(file, role)?) {
                    return Ok(false);
                }
            }
        }
        Ok(rest.has("]}") && rest.0.is_empty())
    }
}

/// Whether the text begins with the words of a unit.
fn begins_as(rest: &mut Rest<'_>, needs: &Needs) -> bool {
    let mut words = needs.command.iter().enumerate();
    rest.has("{\"command\":[")
        && words.all(|(at, word)| (at == 0 || rest.has(",")) && rest.has_text(word))
        && rest.has("]")
}
