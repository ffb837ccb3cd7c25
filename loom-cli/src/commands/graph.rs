//! `loom graph`: the graph of a pipeline, as it is on any machine.

use loom_graph::{OnPaper, render};

use super::{Said, print, refused, tell_problems, unreadable};
use crate::args::{Color, GraphArgs, GraphFormat};

pub(crate) fn graph(args: &GraphArgs, color: Color) -> u8 {
    let source = match loom_spec::locate(&args.pipeline).and_then(|file| loom_spec::read(&file)) {
        Ok(source) => source,
        Err(error) => {
            let Said(code) = unreadable(&error);
            return code;
        }
    };
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    tell_problems(&source, &checked.problems, color);
    let Some(graph) = &checked.graph else {
        let Said(code) = refused(&checked.problems);
        return code;
    };
    print(&match args.format {
        GraphFormat::Text => render::text(graph),
        GraphFormat::Dot => render::dot(graph),
        GraphFormat::Mermaid => render::mermaid(graph),
        GraphFormat::Svg => loom_ui_core::svg(&loom_ui_core::View::of(graph)),
    })
}
