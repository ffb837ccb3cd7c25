//! Wires: what may flow where, and what is written for it.

use std::collections::HashSet;
use std::sync::Arc;

use loom_graph::OnPaper;
use loom_spec::{Severity, Source, TaskInterface, Value};

use super::add::{put_data, suffix_of, type_of, unique, word};
use super::draft::Draft;
use super::index::{StepAt, StepKind, text_of};
use super::lookup::port_path;
use super::set::name;
use super::yaml::{New, Path, Seg, below, entries, is_null, key, scalar};
use crate::Refused;
use crate::api::Target;

/// What comes out of a port.
enum Flow {
    /// What this text refers to.
    Text(String),
    /// What a step makes, which has no name yet.
    NewOutput(String),
}

/// Lets something flow from one port to another.
pub(super) fn connect(draft: &mut Draft<'_>, from: &Target, to: &Target) -> Result<String, Refused> {
    let label = format!("connect {} to {}", name(&from.node), name(&to.node));
    let faults = faults(&draft.text);
    let before = draft.text.clone();
    match kind_of(&to.node) {
        "data" | "path" => into_data(draft, from, to)?,
        "step" => into_step(draft, from, to)?,
        "param" => {
            return Err(Refused::edit(format!(
                "`{}` is a parameter: its value is written, nothing flows into it",
                name(&to.node)
            )));
        }
        "group" | "fold" => return Err(Refused::edit("unfold this first, and connect one of the steps in it")),
        _ => return Err(Refused::edit(format!("there is no `{}`", to.node))),
    }
    if draft.text == before {
        return Err(Refused::edit("they are connected already"));
    }
    match self::faults(&draft.text).into_iter().find(|fault| !faults.contains(fault)) {
        Some(fault) => Err(Refused::edit(fault)),
        None => Ok(label),
    }
}

fn kind_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(kind, _)| kind)
}

/// What no wire may bring about, in the words of the runner.
fn faults(text: &str) -> HashSet<String> {
    let source = Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    let found = checked.problems.into_iter().filter(|problem| {
        problem.severity == Severity::Error
            && matches!(problem.code, "cycle" | "own-output" | "two-producers" | "overwrites" | "not-in-passes")
    });
    found.map(|problem| problem.message).collect()
}

/// What a step makes becomes known as this data node, or path.
fn into_data(draft: &mut Draft<'_>, from: &Target, to: &Target) -> Result<(), Refused> {
    let what = name(&to.node).to_owned();
    if !matches!(&*to.port, "in" | "") {
        return Err(Refused::edit(format!("what flows into `{what}` flows in on its left side")));
    }
    let output = from.port.strip_prefix("out:");
    if kind_of(&from.node) != "step" || output.is_none() && from.port != "loop:into" {
        return Err(Refused::edit(match kind_of(&from.node) {
            "step" => format!("only an output of `{}` can make `{what}`", name(&from.node)),
            kind => {
                let kind = if kind == "param" { "a parameter" } else { "other data" };
                format!("`{what}` is made by a step, not by {kind}: draw the wire from an output")
            }
        }));
    }
    let text = match kind_of(&to.node) {
        "data" => {
            draft.index.find_data(&what)?;
            format!("${what}")
        }
        _ => what.clone(),
    };
    let step = draft.index.find_step(name(&from.node))?.clone();
    if let Some(other) = maker(draft, &text, &step.name) {
        return Err(Refused::edit(format!("`{other}` makes `{what}` already, and two steps cannot make one file")));
    }
    let place = port_path(&step.path, &from.port);
    if step.kind != StepKind::Task {
        return Err(Refused::edit(format!("`{}` makes no files", step.name)));
    }
    let made = output_type(draft, &step, &from.port);
    let wanted = data_type(draft, &text);
    warn_types(draft, made, wanted, &from.port, &what);
    instead(draft, &place, &text);
    draft.set(&place, New::Text(text))
}

/// A step reads what flows into it.
fn into_step(draft: &mut Draft<'_>, from: &Target, to: &Target) -> Result<(), Refused> {
    let step = draft.index.find_step(name(&to.node))?.clone();
    let port = sink(draft, &step, from, &to.port)?;
    let place = port_path(&step.path, &port);
    let is_argument = port.starts_with("arg:");
    let flow = flow(draft, from, &step)?;
    match kind_of(&from.node) {
        "param" if port == "data" || port == "loop:over" => {
            return Err(Refused::edit(format!(
                "`{}` takes data there, and `{}` is a value",
                step.name,
                name(&from.node)
            )));
        }
        "param" if port.starts_with("in:") && step.kind == StepKind::Task => draft
            .warnings
            .push(format!("an input is a path: the value of `{}` will be taken for one", name(&from.node))),
        "data" | "path" if port == "condition" => {
            return Err(Refused::edit(format!(
                "`{}` decides by a condition or a parameter, not by a file; ask for the file in a condition",
                step.name
            )));
        }
        _ => {}
    }
    let is_answer = from.port == "out" && kind_of(&from.node) == "step";
    if is_answer && !is_argument && port != "condition" && step.kind != StepKind::Condition {
        return Err(Refused::edit(
            "the answer of a condition is no file: let a switch decide by it, or pass it as an argument",
        ));
    }
    if matches!(&*from.port, "then" | "else") && port == "condition" {
        return Err(Refused::edit(
            "a switch hands data on; what another switch decides by is a condition or a parameter",
        ));
    }
    let text = match flow {
        Flow::Text(text) => text,
        Flow::NewOutput(key) => new_output(draft, &from.node, &key, &step, &port)?,
    };
    let given = match kind_of(&from.node) {
        "param" => value_of(draft, name(&from.node)),
        _ => None,
    };
    if let Some(interface) = interface(draft, &step) {
        let key = port.split_once(':').map_or("", |(_, key)| key);
        if is_argument
            && let Some(kind) = interface.args.iter().find(|arg| arg.name == key).and_then(|arg| arg.kind.clone())
        {
            warn_value(draft, name(&from.node), given.as_deref(), &kind, key);
        }
    }
    let wanted = input_type(draft, &step, &port);
    let made = data_type(draft, &text);
    warn_types(draft, made, wanted, &port, &text);
    // The file may have changed above it.
    let place = draft.index.find_step(&step.name).map(|step| port_path(&step.path, &port)).unwrap_or(place);
    instead(draft, &place, &text);
    draft.set(&place, New::Text(text))
}

/// Tells of what has to make room.
fn instead(draft: &mut Draft<'_>, place: &[Seg], text: &str) {
    if let Some(was) = draft.get(place).filter(|was| !is_null(was)) {
        let was = scalar(was).map_or_else(|| was.kind().to_owned(), |was| format!("`{}`", was.text));
        if was != format!("`{text}`") {
            draft.warnings.push(format!("it takes the place of {was}"));
        }
    }
}

/// The port of a step that something is to flow into.
fn sink(draft: &Draft<'_>, step: &StepAt, from: &Target, port: &str) -> Result<String, Refused> {
    let fits = match step.kind {
        StepKind::Switch => matches!(port, "condition" | "data"),
        _ => port.starts_with("in:") || port.starts_with("arg:") || port == "loop:over",
    };
    if fits && port.split_once(':').is_none_or(|(_, key)| !key.is_empty()) {
        return Ok(port.to_owned());
    }
    if port != "in" {
        return Err(Refused::edit(format!(
            "this is where something flows out of `{}`: draw the wire from here, or to an input",
            step.name
        )));
    }
    // The step as a whole: the first input that nothing flows into.
    let whole = match (step.kind, kind_of(&from.node), &*from.port) {
        (StepKind::Switch, "param", _) | (StepKind::Switch, "step", "out") => "condition".to_owned(),
        (StepKind::Switch, ..) => "data".to_owned(),
        (StepKind::Condition, "data" | "path", _) => "in:data".to_owned(),
        _ => {
            let is_value = kind_of(&from.node) == "param" || from.port == "out" && kind_of(&from.node) == "step";
            let (section, prefix) = if is_value { ("args", "arg:") } else { ("inputs", "in:") };
            let given = draft.get(&below(&step.path, section)).map(entries).unwrap_or_default();
            let is_given = |name: &str| given.iter().any(|entry| &*entry.key.text == name);
            let interface = interface(draft, step);
            let declared = interface
                .as_ref()
                .map_or(&[][..], |interface| if is_value { &interface.args } else { &interface.inputs });
            let open = declared.iter().map(|port| port.name.clone()).find(|name| !is_given(name));
            let own = if is_value { format!("--{}", name(&from.node)) } else { word(name(&from.node), "input") };
            format!("{prefix}{}", open.unwrap_or_else(|| unique(&own, is_given)))
        }
    };
    Ok(whole)
}

/// What flows out of a port.
fn flow(draft: &Draft<'_>, from: &Target, to: &StepAt) -> Result<Flow, Refused> {
    let source = name(&from.node);
    match kind_of(&from.node) {
        "param" => draft.index.find_parameter(source).map(|_| Flow::Text(format!("${source}"))),
        "data" => draft.index.find_data(source).map(|_| Flow::Text(format!("${source}"))),
        "path" => Ok(Flow::Text(source.to_owned())),
        "step" => {
            let step = draft.index.find_step(source)?;
            match (&*from.port, step.kind) {
                ("then" | "else", StepKind::Switch) => Ok(Flow::Text(format!("${source}.{}", from.port))),
                ("out", StepKind::Condition) => Ok(Flow::Text(format!("${source}"))),
                (port, StepKind::Task) if port.starts_with("out:") || port == "loop:into" => {
                    if step.name == to.name {
                        return Err(Refused::edit(format!("`{source}` cannot read what it makes itself")));
                    }
                    let made = draft.get(&port_path(&step.path, port)).and_then(scalar);
                    let into = || {
                        let folder = draft.get(&port_path(&step.path, "loop:into")).and_then(scalar);
                        folder.map(|folder| folder.text.to_string())
                    };
                    match made.filter(|made| !made.is_null()) {
                        // Each item makes a file of its own: together they are the folder.
                        Some(made) if made.reference() == Some("loop_output") => {
                            into().map(Flow::Text).ok_or_else(|| {
                                Refused::edit(format!("the loop of `{source}` has no folder to write to yet"))
                            })
                        }
                        Some(made) => Ok(Flow::Text(made.text.to_string())),
                        None if port == "loop:into" => {
                            Err(Refused::edit(format!("the loop of `{source}` has no folder to write to yet")))
                        }
                        None => Ok(Flow::NewOutput(port.trim_start_matches("out:").to_owned())),
                    }
                }
                _ => Err(Refused::edit(format!(
                    "nothing flows out of `{source}` there: draw the wire from an output to an input"
                ))),
            }
        }
        "group" | "fold" => Err(Refused::edit("unfold this first, and connect one of the steps in it")),
        _ => Err(Refused::edit(format!("there is no `{}`", from.node))),
    }
}

/// Makes a data node for an output that has none; what refers to it.
fn new_output(draft: &mut Draft<'_>, from: &str, output: &str, reader: &StepAt, port: &str) -> Result<String, Refused> {
    let maker = draft.index.find_step(name(from))?.clone();
    let kind = output_type(draft, &maker, &format!("out:{output}")).or_else(|| input_type(draft, reader, port));
    let stem = format!("{}_{}", word(&maker.name, "step"), word(output, "output"));
    let paths: HashSet<String> = key(&draft.tree, "data")
        .map(entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| {
            let path = key(&entry.value, "path").unwrap_or(&entry.value);
            scalar(path).map(|path| path.text.to_string())
        })
        .collect();
    let path_of = |stem: &str| format!("data/{stem}{}", suffix_of(kind.as_deref()));
    let data = unique(&stem, |name| draft.index.is_taken(name) || paths.contains(&path_of(name)));
    let path = path_of(&data);
    let told = kind.as_deref().filter(|kind| type_of(&New::Text(path.clone())) != Some(*kind));
    put_data(draft, &data, told, &path)?;
    let maker = draft.index.find_step(&maker.name)?.path.clone();
    draft.set(&port_path(&maker, &format!("out:{output}")), New::Text(format!("${data}")))?;
    Ok(format!("${data}"))
}

/// The step that makes what a text refers to, if another one does.
fn maker(draft: &Draft<'_>, text: &str, own: &str) -> Option<String> {
    let makes = |path: Path| {
        let value = draft.get(&path)?;
        let all = entries(value).iter().map(|entry| &entry.value).chain(Some(value));
        all.filter_map(scalar).any(|made| &*made.text == text).then_some(())
    };
    let others = draft.index.steps.iter().filter(|step| step.name != own);
    let found = others.into_iter().find(|step| {
        makes(below(&step.path, "outputs")).is_some() || makes(port_path(&step.path, "loop:into")).is_some()
    });
    found.map(|step| step.name.clone())
}

fn interface(draft: &Draft<'_>, step: &StepAt) -> Option<Arc<TaskInterface>> {
    let value = draft.get(&step.path)?;
    let task = text_of(value, "task").or_else(|| text_of(value, "script"))?;
    (draft.around.interface)(&task)
}

/// The type of what flows out of a port, as the task says.
fn output_type(draft: &Draft<'_>, step: &StepAt, port: &str) -> Option<String> {
    let key = port.strip_prefix("out:")?;
    let interface = interface(draft, step)?;
    interface.outputs.iter().find(|port| port.name == key)?.kind.clone()
}

/// The type of what an input takes, as the task says.
fn input_type(draft: &Draft<'_>, step: &StepAt, port: &str) -> Option<String> {
    let key = port.strip_prefix("in:")?;
    let interface = interface(draft, step)?;
    let given = draft.get(&below(&step.path, "inputs")).map(entries).unwrap_or_default();
    let place = given.iter().position(|entry| &*entry.key.text == key);
    let named = interface.inputs.iter().find(|port| port.name == key);
    named.or_else(|| interface.inputs.get(place?))?.kind.clone()
}

/// The type of the data node that a text refers to.
fn data_type(draft: &Draft<'_>, text: &str) -> Option<String> {
    let data = draft.index.find_data(text.strip_prefix('$')?).ok()?;
    text_of(draft.get(&data.path)?, "type")
}

fn value_of(draft: &Draft<'_>, parameter: &str) -> Option<String> {
    let found = draft.index.parameters.iter().find(|known| known.name == parameter)?;
    match draft.get(&found.path)? {
        Value::Scalar(value) if value.reference().is_none() => Some(value.text.to_string()),
        _ => None,
    }
}

fn warn_types(draft: &mut Draft<'_>, made: Option<String>, wanted: Option<String>, port: &str, what: &str) {
    if let (Some(made), Some(wanted)) = (made, wanted)
        && made != wanted
    {
        let port = port.split_once(':').map_or(port, |(_, key)| key);
        let (made, wanted) = if what.starts_with('$') { (made, wanted) } else { (wanted, made) };
        let what = what.trim_start_matches('$');
        draft.warnings.push(format!("`{what}` is of type {made}, and `{port}` is of type {wanted}"));
    }
}

fn warn_value(draft: &mut Draft<'_>, parameter: &str, value: Option<&str>, kind: &str, flag: &str) {
    let Some(value) = value else { return };
    let fits = match kind {
        "int" => value.parse::<i128>().is_ok(),
        "float" => value.parse::<f64>().is_ok(),
        "bool" => matches!(&*value.to_ascii_lowercase(), "true" | "false"),
        _ => true,
    };
    if !fits {
        draft.warnings.push(format!("`{parameter}` is `{value}`, and `{flag}` takes a value of type {kind}"));
    }
}
