//! All that is known of one node, and what of it can be set.

use loom_graph::Checked;
use loom_spec::{Source, Span};

use super::cards::step_kind;
use super::diagnostics::{place, site};
use super::fields::Fields;
use super::fold::alike;
use super::model::{Model, What};
use super::{Interfaces, raw};
use crate::api::{CardKind, Details, UsedBy};

/// All that is known of a node: a step, data, a parameter, a group, or branches that are alike, by its id. None if there is no such
/// node. `uses` says who uses it.
///
/// What the file on the disk has ([`Field::saved`](crate::api::Field::saved)) is left to be filled in.
///
/// ```
/// let source = loom_spec::Source::new("pipeline.yml", "pipeline: [{name: a, command: [x], args: {--n: 5}}]");
/// let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
/// let details = loom_ui_core::board::details(&checked, &source, &|_| None, "step:a", &|_| Vec::new()).unwrap();
/// let field = details.fields.iter().find(|field| field.path == ["args", "--n"]).unwrap();
/// assert_eq!(field.text.as_deref(), Some("5"));
/// assert_eq!(details.command.as_deref(), Some("x --n 5"));
/// ```
pub fn details(
    checked: &Checked,
    source: &Source,
    interfaces: &Interfaces<'_>,
    node: &str,
    uses: &dyn Fn(&str) -> Vec<UsedBy>,
) -> Option<Details> {
    let model = Model::new(checked, source, interfaces);
    let teller = Teller { checked, source, model: &model };
    let mut details = match node.split_once(':')? {
        ("group", name) => teller.group(name)?,
        ("fold", _) => teller.branches(node)?,
        _ => teller.node(model.nodes.iter().position(|each| each.id == node)?),
    };
    details.used_by = uses(node);
    Some(details)
}

struct Teller<'t> {
    checked: &'t Checked,
    source: &'t Source,
    model: &'t Model<'t>,
}

impl Teller<'_> {
    fn node(&self, at: usize) -> Details {
        let (model, node) = (self.model, &self.model.nodes[at]);
        let tree = raw::read(self.source);
        let value = tree.as_ref().and_then(|tree| raw::of_node(tree, model, at));
        let mut fields = Fields::new(self.source, value);
        let (kind, mut description, mut command, mut task) = (CardKind::Data, None, None, None);
        let mut details = self.blank(&node.id, kind, model.name(at), node.span);
        match node.what {
            What::Parameter(_) => {
                details.kind = CardKind::Parameter;
                fields.name(model.name(at));
                fields.parameter();
            }
            What::Data(_, None) => {}
            What::Data(_, Some(index)) => {
                description = model.pipeline.data[index].description.as_ref().map(|text| text.text.to_string());
                fields.name(model.name(at));
                fields.data();
            }
            What::Step(id) => {
                let step = &model.pipeline.steps[id.index()];
                let interface = model.interfaces[id.index()].as_deref();
                details.kind = step_kind(step);
                description = interface.map(|interface| interface.description.clone()).filter(|text| !text.is_empty());
                command = model.graph.map(|graph| graph.command_line(id).to_string());
                if let loom_spec::Program::Task(path) = &step.program {
                    task = Some(path.text.to_string());
                }
                fields.name(model.name(at));
                fields.step(step, interface);
            }
        }
        for problem in &self.checked.problems {
            let found = problem.span().and_then(|span| site(model, tree.as_ref(), span));
            if let Some(found) = found.filter(|found| found.node == Some(at)) {
                fields.problem(&found.path, &problem.message);
            }
        }
        Details { description, command, task, fields: fields.finish(), ..details }
    }

    fn group(&self, name: &str) -> Option<Details> {
        let group = self.model.pipeline.groups.iter().find(|group| &*group.name.text == name)?;
        let tree = raw::read(self.source);
        let value = tree.as_ref().and_then(|tree| raw::of_group(tree, &group.name));
        let mut fields = Fields::new(self.source, value);
        fields.name(name);
        if group.passes.is_some() {
            fields.passes();
        }
        let span = Span { start: group.span.start.min(group.name.span.start), end: group.span.end };
        let details = self.blank(&format!("group:{name}"), CardKind::Group, name, span);
        Some(Details { fields: fields.finish(), ..details })
    }

    fn branches(&self, id: &str) -> Option<Details> {
        let branches = alike(self.model).into_iter().find(|branches| branches.id == id)?;
        let first = &self.model.nodes[*branches.steps.first()?];
        let names: Vec<&str> = branches.steps.iter().map(|step| self.model.name(*step)).collect();
        let details = self.blank(id, CardKind::Branches, &branches.label, first.span);
        Some(Details { description: Some(names.join(", ")), ..details })
    }

    fn blank(&self, id: &str, kind: CardKind, name: &str, span: Span) -> Details {
        Details {
            id: id.to_owned(),
            kind,
            name: name.to_owned(),
            description: None,
            fields: Vec::new(),
            command: None,
            task: None,
            used_by: Vec::new(),
            text: self.piece(span),
            place: place(self.source, span),
        }
    }

    /// A piece of the file without the indentation that its first line has.
    fn piece(&self, span: Span) -> String {
        let piece = self.source.slice(span).trim_end();
        let indent = self.source.position(span.start).column as usize - 1;
        let strip = |line: &str| {
            let blank = line.chars().take(indent).take_while(|c| *c == ' ').count();
            line[blank..].to_owned()
        };
        let mut lines = piece.lines();
        let first = lines.next().unwrap_or_default().to_owned();
        std::iter::once(first).chain(lines.map(strip)).collect::<Vec<_>>().join("\n")
    }
}
