//! Whether steps hand their tasks what the tasks say they take.
//!
//! A mismatch is a warning: the task decides what it takes, and its front matter may be behind the times.

use std::collections::HashSet;

use loom_spec::{
    Entry, FrontMatterError, Pipeline, Port, Problem, Problems, Program, Scalar, Step, Suggest, TaskInterface,
};

use crate::World;
use crate::links::{Links, Role, StepId};
use crate::names::{Names, Resolved};
use crate::sweep::Space;

/// Compares every step with the front matter of its task.
pub(crate) fn check(
    pipeline: &Pipeline,
    space: Option<&Space>,
    names: &Names,
    links: &Links,
    world: &dyn World,
    problems: &mut Problems,
) {
    let mut unreadable = HashSet::new();
    let mut suggest = Suggest::default();
    for (step, id) in pipeline.steps.iter().zip(links.steps()) {
        let Program::Task(task) = &step.program else { continue };
        let Ok(Resolved::Text(path)) = names.scalar(pipeline, task) else { continue };
        match world.interface(&path).as_deref() {
            None => {}
            Some(Err(error)) if unreadable.insert(path.clone()) => {
                problems.push(unreadable_front_matter(&path, task, error));
            }
            Some(Err(_)) => {}
            Some(Ok(interface)) => {
                let comparison = Comparison {
                    pipeline,
                    space,
                    names,
                    links,
                    problems,
                    suggest: &mut suggest,
                    path: &path,
                    interface,
                };
                comparison.step(id);
            }
        }
    }
}

fn unreadable_front_matter(path: &str, task: &Scalar, error: &FrontMatterError) -> Problem {
    let FrontMatterError { message, position } = error;
    Problem::warning("front-matter", format!("the front matter of `{path}` cannot be read: {message}"))
        .at(task.span, "not compared with what this step hands over")
        .help(format!("see {path}:{}:{}", position.line, position.column))
}

/// One step beside the interface of its task.
struct Comparison<'a> {
    pipeline: &'a Pipeline,
    space: Option<&'a Space>,
    names: &'a Names,
    links: &'a Links,
    problems: &'a mut Problems,
    suggest: &'a mut Suggest,
    path: &'a str,
    interface: &'a TaskInterface,
}

impl Comparison<'_> {
    fn step(mut self, id: StepId) {
        let step = &self.pipeline.steps[id.index()];
        let TaskInterface { inputs, outputs, args, .. } = self.interface;
        if self.interface.is_empty() {
            return;
        }
        for entry in &step.outputs {
            self.known_flag(&entry.key, outputs, "output");
        }
        for entry in &step.args {
            // What a step makes may be named among its arguments, too.
            let port = args.iter().chain(outputs).find(|port| port.name == *entry.key.text);
            match port {
                Some(port) => self.value(step, entry, port),
                None => self.known_flag(&entry.key, args, "argument"),
            }
        }
        let given = |name: &str| step.outputs.iter().chain(&step.args).any(|entry| *entry.key.text == *name);
        for port in outputs.iter().chain(args).filter(|port| port.required && !given(&port.name)) {
            let message = format!("`{}` needs `{}`, which this step does not give", self.path, port.name);
            self.warn("missing-flag", message, &step.name, "this step", port);
        }
        self.data_types(id, inputs, outputs);
    }

    fn known_flag(&mut self, flag: &Scalar, known: &[Port], what: &str) {
        if known.iter().any(|port| port.name == *flag.text) {
            return;
        }
        let ports = self.interface.outputs.iter().chain(&self.interface.args);
        let near = self.suggest.nearest(&flag.text, ports.map(|port| &*port.name));
        let message = format!("`{}` declares no {what} `{}`", self.path, flag.text);
        let problem = Problem::warning("unknown-flag", message).at(flag.span, "handed over all the same");
        let port =
            near.and_then(|near| self.interface.outputs.iter().chain(&self.interface.args).find(|p| p.name == near));
        self.problems.push(match port {
            Some(port) => problem.help(format!("did you mean `{}`? See {}", port.name, self.place(port))),
            None => problem.help(format!("see the docstring of {}", self.path)),
        });
    }

    /// Whether a value is one that an argument may have.
    fn value(&mut self, step: &Step, entry: &Entry, port: &Port) {
        let Ok(resolved) = self.names.within(self.pipeline, step).argument(&entry.value) else { return };
        let values = match resolved {
            Resolved::Text(text) => vec![text.into_owned()],
            Resolved::List(items) => items
                .into_iter()
                .filter_map(|item| if let Resolved::Text(text) = item { Some(text.into_owned()) } else { None })
                .collect(),
            Resolved::OfSweep(name) => {
                let values = self.space.map(|space| self.names.swept_values(self.pipeline, space, name));
                let resolved = values.into_iter().flatten().map(|value| self.names.resolve(self.pipeline, value));
                let text = |found| if let Ok(Resolved::Text(text)) = found { Some(text.into_owned()) } else { None };
                resolved.filter_map(text).collect()
            }
            // What is not a text as it stands is not known before the step runs, or is a path.
            _ => return,
        };
        for value in values {
            let expected = match port.kind.as_deref() {
                Some("int") if value.trim().parse::<i128>().is_err() => "a whole number",
                Some("float") if value.trim().parse::<f64>().is_err() => "a number",
                Some("bool") => "true or false, without quotes",
                _ => "",
            };
            let key = Scalar { span: entry.value.span(), ..entry.key.clone() };
            if !expected.is_empty() {
                let message = format!("`{}` takes {expected}, and this is `{value}`", port.name);
                self.warn("wrong-type", message, &key, &format!("expected {expected}"), port);
            } else if !port.choices.is_empty() && !port.choices.contains(&value) {
                let message = format!("`{}` is not one of the choices of `{}`", value, port.name);
                let choices = format!("expected one of {}", port.choices.join(", "));
                self.warn("not-a-choice", message, &key, &choices, port);
            }
        }
    }

    /// Whether data have the types that the task expects: inputs by place, outputs by flag.
    fn data_types(&mut self, id: StepId, inputs: &[Port], outputs: &[Port]) {
        let (pipeline, links) = (self.pipeline, self.links);
        let step = &pipeline.steps[id.index()];
        // Each entry of `inputs`, then of `outputs`, is a use; the files of a loop have no type of their own.
        let uses = links.uses(id).iter().zip(step.inputs.iter().chain(&step.outputs));
        let of = |role: Role| uses.clone().filter(move |(used, _)| used.role == role);
        let by_place = of(Role::Input).enumerate().filter_map(|(place, (used, entry))| {
            let named = inputs.iter().find(|port| port.name == *entry.key.text);
            Some((used, named.or_else(|| inputs.get(place))?))
        });
        let by_flag = of(Role::Output)
            .filter_map(|(used, entry)| Some((used, outputs.iter().find(|port| port.name == *entry.key.text)?)));
        for (used, port) in by_place.chain(by_flag) {
            let Some(data) = pipeline.data.get(used.datum.index()) else { continue };
            let (Some(has), Some(wants)) = (&data.kind, &port.kind) else { continue };
            if *has.text == **wants {
                continue;
            }
            let message = format!("`{}` is {} to the task and {} here", port.name, wants, has.text);
            self.problems.push(
                Problem::warning("data-type", message)
                    .at(used.span, format!("handed over as `{}`", port.name))
                    .at(has.span, format!("`{}` has this type", data.name.text))
                    .help(format!("the task says so at {}", self.place(port))),
            );
        }
    }

    fn warn(&mut self, code: &'static str, message: String, at: &Scalar, label: &str, port: &Port) {
        let help = format!("the task says so at {}", self.place(port));
        self.problems.push(Problem::warning(code, message).at(at.span, label).help(help));
    }

    fn place(&self, port: &Port) -> String {
        format!("{}:{}:{}", self.path, port.position.line, port.position.column)
    }
}
