//! What a step asks for, against what there is; and the variables that it gives its task.

use loom_spec::{Entry, Problem, Span, Step};

use super::Check;
use crate::names::{Fault, Resolved};

impl<'a> Check<'a> {
    /// No step asks for more than the pipeline has: it would wait for ever.
    pub(super) fn resources(&mut self, step: &Step) {
        let all = &self.pipeline.execution.resources;
        let asked = &step.resources;
        for (key, asked, all) in
            [("cpus", asked.cpus, all.cpus), ("mem", asked.mem, all.mem), ("gpus", asked.gpus, all.gpus)]
        {
            let (Some(asked), Some(all)) = (asked, all) else { continue };
            if asked.amount > all.amount {
                let message = format!("`{}` asks for more `{key}` than there is", step.name.text);
                self.problems.push(
                    Problem::error("too-much", message)
                        .at(asked.span, "asked for here")
                        .at(all.span, "all that there is")
                        .help("ask for less, or raise what `execution` has under `resources`"),
                );
            }
        }
    }

    /// An entry of `env`.
    pub(super) fn variable(&mut self, step: &'a Step, entry: &'a Entry) {
        let name = &entry.key.text;
        let at = entry.value.span();
        match self.names.within(self.pipeline, step).argument(&entry.value) {
            Ok(Resolved::List(_)) => self.one_text(name, at, "a list"),
            Ok(Resolved::OfPass(given)) => {
                let passes = step.group.and_then(|group| self.pipeline.groups[group].passes.as_ref());
                let entries = passes.and_then(|passes| passes.schedule.as_ref()).into_iter().flatten().flatten();
                let mut values = entries.filter(|entry| &*entry.key.text == given).map(|entry| &entry.value);
                if values.any(|value| matches!(self.names.resolve(self.pipeline, value), Ok(Resolved::List(_)))) {
                    self.one_text(name, at, "a list, which a pass gives it");
                }
            }
            Ok(_) => {}
            Err(Fault::Kind(span, found)) if !found.contains("switch") => self.one_text(name, span, found),
            Err(fault) => self.fault(fault),
        }
    }

    fn one_text(&mut self, name: &str, at: Span, found: &str) {
        self.problems.push(
            Problem::error("wrong-kind", format!("the variable `{name}` cannot be {found}"))
                .at(at, "expected one text")
                .help("several values are arguments, or a file"),
        );
    }
}
