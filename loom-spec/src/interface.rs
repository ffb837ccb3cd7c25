//! What a task says of itself: the front matter of a Python script.

use crate::docstring::module_docstring;
use crate::problem::Problems;
use crate::tree::{Kind, Node, Tree};
use crate::{Position, Source};

/// What a task takes and makes, as the front matter in its docstring declares it.
///
/// Front matter is a YAML block between two lines of `---` in the docstring of the module, with the keys `inputs`,
/// `outputs` and `args`:
///
/// ```
/// let task = r#""""Score a data set against a threshold.
///
/// ---
/// inputs:
///   data: {type: csv, description: labelled samples}
/// outputs:
///   --output: {type: json}
/// args:
///   --threshold: {type: float, default: 0.5}
///   --method: {type: str, choices: [plain, smooth], required: true}
/// ---
/// """
/// import argparse
/// "#;
/// let interface = loom_spec::TaskInterface::of_python(task).unwrap().unwrap();
/// assert_eq!(interface.description, "Score a data set against a threshold.");
/// assert_eq!(interface.args[0].default.as_deref(), Some("0.5"));
/// assert_eq!(interface.args[1].position.line, 10);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskInterface {
    /// The docstring without the front matter.
    pub description: String,
    /// What it reads, by position.
    pub inputs: Vec<Port>,
    /// What it writes, by flag.
    pub outputs: Vec<Port>,
    /// Its other flags.
    pub args: Vec<Port>,
}

/// One input, output or argument of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The name of an input, or the flag.
    pub name: String,
    /// `type`: of data a data type, of an argument `str`, `int`, `float` or `bool`.
    pub kind: Option<String>,
    /// `description`: what it is.
    pub description: Option<String>,
    /// `default`: what is taken where it is not given.
    pub default: Option<String>,
    /// `choices`: the values it may have; any, if there are none.
    pub choices: Vec<String>,
    /// `required`: whether it must be given.
    pub required: bool,
    /// Where the task's file declares it.
    pub position: Position,
}

/// Front matter that is there and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FrontMatterError {
    /// What is wrong.
    pub message: String,
    /// Where in the task's file.
    pub position: Position,
}

impl TaskInterface {
    /// Reads the front matter of a Python script; none if it has none. Nothing of the script is run.
    pub fn of_python(script: &str) -> Option<Result<Self, FrontMatterError>> {
        let docstring = module_docstring(script)?;
        let text = docstring.text.as_str();
        let mut end = 0;
        let mut fences = text.split_inclusive('\n').filter_map(|line| {
            end += line.len();
            (line.trim() == "---").then(|| end - line.len()..end)
        });
        let (opening, closing) = (fences.next()?, fences.next()?);
        let description = [&text[..opening.start], &text[closing.end..]].concat();
        let description = description.lines().collect::<Vec<_>>().join("\n");
        let block = text[opening.end..closing.start].trim_end_matches(['\n', '\r']);
        let source = Source::new("", script);
        let place = |offset: u32| source.position(docstring.place(opening.end + offset as usize) as u32);
        Some(read(block, description.trim(), &place))
    }

    /// Whether the front matter says anything of what the task takes.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.outputs.is_empty() && self.args.is_empty()
    }
}

/// Reads the block between the two lines; `place` knows where in the script its bytes stand.
fn read(block: &str, description: &str, place: &dyn Fn(u32) -> Position) -> Result<TaskInterface, FrontMatterError> {
    let mut interface = TaskInterface { description: description.to_owned(), ..TaskInterface::default() };
    let tree = Tree::parse(block).map_err(|problem| FrontMatterError {
        position: place(problem.span().unwrap_or_default().start),
        message: problem.message,
    })?;
    let wrong = |node: Node<'_>, message: &str| FrontMatterError {
        message: message.to_owned(),
        position: place(node.span().start),
    };
    let Some(root) = tree.root() else { return Ok(interface) };
    let mut problems = Problems::default();
    if !matches!(root.kind(), Kind::Mapping) {
        return Err(wrong(root, "front matter is a mapping with the keys `inputs`, `outputs` and `args`"));
    }
    for (section, node) in root.entries(&mut problems) {
        let ports = match section.text {
            "inputs" => &mut interface.inputs,
            "outputs" => &mut interface.outputs,
            "args" => &mut interface.args,
            // Front matter may say more, to other programs.
            _ => continue,
        };
        if node.scalar().is_some_and(|(text, _)| text.is_empty()) {
            continue;
        }
        if !matches!(node.kind(), Kind::Mapping) {
            return Err(wrong(node, "expected names and what they are"));
        }
        for (name, node) in node.entries(&mut problems) {
            ports.push(port(name.text, node, place(name.span.start), &mut problems));
        }
    }
    match problems.into_parts().0.into_iter().next() {
        Some(problem) => Err(FrontMatterError {
            position: place(problem.span().unwrap_or_default().start),
            message: problem.message,
        }),
        None => Ok(interface),
    }
}

fn port(name: &str, node: Node<'_>, position: Position, problems: &mut Problems) -> Port {
    let mut port = Port {
        name: name.to_owned(),
        kind: None,
        description: None,
        default: None,
        choices: Vec::new(),
        required: false,
        position,
    };
    // `name: type` is short for `name: {type: type}`.
    if let Some((text, _)) = node.scalar() {
        port.kind = Some(text.to_owned()).filter(|text| !text.is_empty());
        return port;
    }
    for (key, value) in node.entries(problems) {
        let text = || value.scalar().map(|(text, _)| text.to_owned());
        match key.text {
            "type" => port.kind = text(),
            "description" => port.description = text(),
            "default" => port.default = text(),
            "choices" => {
                port.choices = value.items().filter_map(Node::scalar).map(|(text, _)| text.to_owned()).collect();
            }
            "required" => port.required = text().is_some_and(|text| text.eq_ignore_ascii_case("true")),
            _ => {}
        }
    }
    port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_script_however_the_docstring_is_written() {
        let place = |script| {
            let interface = TaskInterface::of_python(script).and_then(Result::ok).expect("it has front matter");
            let Position { line, column } = interface.args[0].position;
            (interface.args[0].name.clone(), line, column)
        };
        assert_eq!(place("'---\\nargs: {--a: int}\\n---\\n'"), ("--a".to_owned(), 1, 14));
        assert_eq!(place("# x\n('---\\n'\n 'args: {--a: int}\\n'\n '---')"), ("--a".to_owned(), 3, 10));
        assert_eq!(place("'''---\\\n\nargs:\\\n {--\\x61: int}\n---'''"), ("--a".to_owned(), 4, 3));
        let broken = TaskInterface::of_python("'\\n\\n---\\nargs: 5\\n---'").expect("it has front matter");
        assert_eq!(broken.expect_err("not a mapping").position, Position { line: 1, column: 17 });
    }
}
