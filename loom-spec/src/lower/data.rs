//! `data` and `parameters`.

use std::fmt::Display;

use super::{DATA_KEYS, Lower};
use crate::pipeline::{DATA_TYPES, Data, Parameter, Pipeline};
use crate::tree::{self, Kind, Node};
use crate::{Problem, Scalar};

impl Lower<'_> {
    pub(super) fn data(&mut self, node: Node<'_>, pipeline: &mut Pipeline) {
        if self.is_absent(node) || !self.expect_mapping(node, "`data`", "names and their paths") {
            return;
        }
        let entries = node.entries(self.problems);
        pipeline.data.reserve_exact(entries.len());
        for (name, value) in entries {
            let data = self.data_node(name, value);
            pipeline.data.push(data);
        }
    }

    /// A node without a readable path stands for its own name, so that references to it are not wrong as well.
    pub(super) fn data_node(&mut self, name: tree::Scalar<'_>, value: Node<'_>) -> Data {
        let text = name.text;
        let what = format_args!("the data node `{text}`");
        let name = self.key(name);
        let mut data = Data {
            path: Scalar { span: value.span(), ..name.clone() },
            name,
            kind: None,
            title: None,
            description: None,
            pattern: None,
            nested_in: None,
            allow_outside_pipeline: false,
            metrics: Vec::new(),
        };
        if value.scalar().is_some() {
            data.path = self.path_text(value, what).unwrap_or(data.path);
            return data;
        }
        if !matches!(value.kind(), Kind::Mapping) {
            self.wrong_kind(value, &what.to_string(), "a path, or a mapping with a key `path`");
            return data;
        }
        let mut has_path = false;
        let entries = value.entries(self.problems);
        for (key, value) in self.known(entries, "of a data node", DATA_KEYS) {
            match key.text {
                "type" => data.kind = self.data_type(value),
                "path" => {
                    has_path = true;
                    data.path.span = value.span();
                    if let Some(path) = self.path_text(value, "`path`") {
                        data.path = path;
                    }
                }
                "name" => data.title = self.text(value, "`name`", "text"),
                "description" => data.description = self.text(value, "`description`", "text"),
                "pattern" => data.pattern = self.text(value, "`pattern`", "a pattern such as `\"*.png\"`"),
                "nested_in" => data.nested_in = self.reference(value, "`nested_in`", "a data node, such as `$folder`"),
                "allow_outside_pipeline" => {
                    data.allow_outside_pipeline = self.switch(value, "`allow_outside_pipeline`").unwrap_or(false);
                }
                "metrics" => data.metrics = self.metrics(value),
                _ => {}
            }
        }
        if !has_path {
            data.path.span = data.name.span;
            self.problems.push(
                Problem::error("missing-key", format!("{what} has no path"))
                    .at(data.name.span, "expected a key `path` under this name"),
            );
        }
        data
    }

    /// A path, or an address to fetch a file from.
    pub(super) fn path_text(&mut self, node: Node<'_>, what: impl Display) -> Option<Scalar> {
        let path = self.text(node, what, "a path")?;
        if path.text.is_empty() {
            self.problems.push(Problem::error("wrong-kind", "a path cannot be empty").at(path.span, "expected a path"));
            return None;
        }
        Some(path)
    }

    pub(super) fn data_type(&mut self, node: Node<'_>) -> Option<Scalar> {
        let kind = self.text(node, "`type`", "a word such as `csv`")?;
        if !DATA_TYPES.contains(&&*kind.text)
            && let Some(near) = self.suggest.nearest(&kind.text, DATA_TYPES)
        {
            self.problems.push(
                Problem::warning("unknown-type", format!("`{}` is not a type that loom knows", kind.text))
                    .at(kind.span, "kept as it is")
                    .help(format!("did you mean `{near}`?")),
            );
        }
        Some(kind)
    }

    pub(super) fn parameters(&mut self, node: Node<'_>, pipeline: &mut Pipeline) {
        if self.is_absent(node) || !self.expect_mapping(node, "`parameters`", "names and their values") {
            return;
        }
        for (name, value) in node.entries(self.problems) {
            let name = self.key(name);
            let value = self.value_with_warnings(value);
            pipeline.parameters.push(Parameter { name, value });
        }
    }
}
