//! Pipelines as people may write them: comments, anchors, odd indents, brackets, both kinds of line ends.

use proptest::prelude::*;

/// Words that a value may be.
const VALUES: [&str; 12] = [
    "0.10",
    "1e-3",
    "007",
    "true",
    "'it''s'",
    "\"a \\\"b\\\"\"",
    "plain words",
    "12:30",
    "~",
    "ä/ö",
    "[1, two]",
    "'#no'",
];

/// What a text is made by.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    indent: usize,
    dash: usize,
    crlf: bool,
    flow_data: bool,
    flow_steps: bool,
    short: bool,
    comments: bool,
    anchors: bool,
    blank: bool,
    end: bool,
}

fn style() -> impl Strategy<Value = Style> {
    let flags = proptest::array::uniform8(any::<bool>());
    (1usize..5, 0usize..3, flags).prop_map(
        |(indent, dash, [crlf, flow_data, flow_steps, short, comments, anchors, blank, end])| Style {
            indent,
            dash,
            crlf,
            flow_data,
            flow_steps,
            short,
            comments,
            anchors,
            blank,
            end,
        },
    )
}

/// A pipeline with the data `d0…`, the parameters `p0…` and the steps `s0…`, each step reading what the one before made.
pub(crate) fn pipeline() -> impl Strategy<Value = String> {
    let values = prop::collection::vec(0..VALUES.len(), 1..5);
    (style(), 1usize..5, values, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(style, steps, values, grouped, swept, logic)| {
            let mut text = String::new();
            let pad = |depth: usize| " ".repeat(style.indent * depth);
            let note = |words: &str| if style.comments { format!("  # {words}") } else { String::new() };
            if style.comments {
                text += "# what this is about\n\n";
            }
            text += &format!("data:{}\n", note("files"));
            for at in 0..=steps {
                let path = format!("data/d{at}.csv");
                text += &match (style.short, style.flow_data) {
                    (true, _) => format!("{}d{at}: {path}{}\n", pad(1), note("short")),
                    (_, true) => format!("{}d{at}: {{type: csv,  path: {path} }}{}\n", pad(1), note("flow")),
                    _ => format!("{0}d{at}:\n{1}type: csv\n{1}path: \"{path}\"{2}\n", pad(1), pad(2), note("long")),
                };
            }
            if style.blank {
                text.push('\n');
            }
            text += "parameters:\n";
            for (at, value) in values.iter().enumerate() {
                let anchor = if style.anchors && at == 0 { "&first " } else { "" };
                text += &format!("{}p{at}: {anchor}{}{}\n", pad(1), VALUES[*value], note("tuned"));
            }
            if style.anchors {
                text += &format!("{}again: *first\n", pad(1));
            }
            if swept {
                text += &format!("sweep:\n{0}axes:\n{1}axis: [1, 2]{2}\n{0}where: axis < 2\n", pad(1), pad(2), note("all"));
            }
            text += &format!("pipeline:{}\n", note("steps"));
            let dash = " ".repeat(style.dash);
            let group = grouped && steps > 1;
            for at in 0..steps {
                let inner = if group && at + 1 == steps {
                    text += &format!("{dash}- group: g\n{dash}  steps:\n");
                    format!("{dash}    ")
                } else {
                    dash.clone()
                };
                let parameter = format!("$p{}", at % values.len());
                let axis = if swept && at + 1 == steps { ", --axis: $axis" } else { "" };
                if style.comments {
                    text += &format!("{inner}# step {at}\n");
                }
                let (key, value) = (at, at + 1);
                if style.flow_steps {
                    text += &format!(
                        "{inner}- {{name: s{at}, task: tasks/t.py, inputs: {{table: $d{key}}}, outputs: {{--output: $d{value}}}, \
                         args: {{--p: {parameter}, --q: 'x'{axis}}}}}\n"
                    );
                } else {
                    let deep = " ".repeat(style.indent);
                    text += &format!("{inner}- name: s{at}{}\n", note("runs"));
                    text += &format!("{inner}  task: tasks/t.py\n{inner}  inputs:\n{inner}  {deep}table: $d{key}\n");
                    text += &format!("{inner}  outputs: {{--output: $d{value}}}\n{inner}  args:\n");
                    text += &format!("{inner}  {deep}--p: {parameter}{}\n{inner}  {deep}--q: \"x\"\n", note("why"));
                    if !axis.is_empty() {
                        text += &format!("{inner}  {deep}--axis: $axis\n");
                    }
                }
                if style.blank {
                    text.push('\n');
                }
            }
            if logic {
                text += &format!("{dash}- {{name: c, kind: condition, predicate: exists, inputs: {{data: $d0}}}}\n");
                text += &format!("{dash}- name: w\n{dash}  kind: switch\n{dash}  condition: $c\n{dash}  data: $d0\n");
                text += &format!("{dash}- {{name: last, command: [cat, $w.then]}}\n");
            }
            if !style.end {
                text.truncate(text.trim_end().len());
            }
            if style.crlf { text.replace('\n', "\r\n") } else { text }
        },
    )
}
