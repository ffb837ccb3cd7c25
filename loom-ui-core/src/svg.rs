//! A picture that stands alone.

use std::fmt::{self, Write};

use loom_spec::DATA_TYPES;

use crate::layout::Point;
use crate::text::width;
use crate::view::{Edge, EdgeKind, Frame, Node, NodeKind, View};

/// Around everything.
const MARGIN: f64 = 24.0;
/// How far an arrowhead reaches beyond the end of its line.
const TIP: f64 = 6.0;
/// The side of the folded corner of data.
const FOLD: f64 = 11.0;
const MARK_SIZE: f64 = 10.0;
/// How many steps the description names.
const MAX_NAMED: usize = 50;

const STYLE: &str = include_str!("svg.css");

/// The picture of a pipeline as an SVG file: without scripts, fonts or anything else from elsewhere, light or
/// dark as the reader's system is. The same view gives the same bytes.
///
/// Steps are rounded boxes, data are notes with a folded corner, tinted by type; the names of types stand beside
/// the tints. Dotted edges are data named in arguments, dashes are what runs only if it is asked for. Every box has the
/// whole of its texts as a tooltip, and the picture a title and a description for those who do not see it.
pub fn svg(view: &View) -> String {
    svg_marked(view, &|_| "")
}

/// As [`svg`], with a further class for each node, which a page around the picture may have a style for; an empty one is
/// none.
///
/// ```
/// # let source = loom_spec::Source::new("pipeline.yml", "pipeline: [{name: make, command: [touch, t]}]");
/// # let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
/// # let view = loom_ui_core::View::of(&checked.graph.unwrap());
/// let picture = loom_ui_core::svg_marked(&view, &|node| if node.id == "step:make" { "failed" } else { "" });
/// assert!(picture.contains("<g class=\"step failed\""));
/// ```
pub fn svg_marked(view: &View, class: &dyn Fn(&Node) -> &'static str) -> String {
    let mut out = String::with_capacity(8_000 + 700 * (view.nodes.len() + view.edges.len()));
    // Writing to a string does not fail.
    let _ = picture(view, class, &mut out);
    out
}

fn picture(view: &View, class: &dyn Fn(&Node) -> &'static str, out: &mut String) -> fmt::Result {
    let empty = view.nodes.is_empty();
    let (w, h) = if empty { (160.0, 48.0) } else { (view.width + 2.0 * MARGIN, view.height + 2.0 * MARGIN) };
    let (w, h) = (Number(w), Number(h));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"loom\" role=\"img\" \
         aria-labelledby=\"loom-title loom-desc\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">"
    )?;
    description(view, out)?;
    writeln!(out, "<style>\n{STYLE}</style>")?;
    out.push_str("<defs>");
    for (id, ref_x, shape) in [("tip", 3, "M0 1L9 5 0 9 2 5Z"), ("back", 6, "M9 1L0 5 9 9 7 5Z")] {
        write!(
            out,
            "<marker id=\"loom-{id}\" markerUnits=\"userSpaceOnUse\" markerWidth=\"10\" markerHeight=\"10\" \
             refX=\"{ref_x}\" refY=\"5\" orient=\"auto\"><path class=\"tip\" d=\"{shape}\"/></marker>"
        )?;
    }
    writeln!(out, "</defs>")?;
    writeln!(out, "<rect class=\"paper\" width=\"{w}\" height=\"{h}\"/>")?;
    if empty {
        writeln!(out, "<text class=\"sub\" x=\"80\" y=\"28\">no steps</text>")?;
    } else {
        writeln!(out, "<g transform=\"translate({0} {0})\">", Number(MARGIN))?;
        view.frames.iter().try_for_each(|each| frame(each, out))?;
        view.edges.iter().try_for_each(|each| edge(view, each, out))?;
        view.nodes.iter().try_for_each(|each| node(each, class(each), out))?;
        writeln!(out, "</g>")?;
    }
    writeln!(out, "</svg>")
}

fn description(view: &View, out: &mut String) -> fmt::Result {
    let steps: Vec<&Node> = view.nodes.iter().filter(|node| node.kind == NodeKind::Step).collect();
    let plural = if steps.len() == 1 { "" } else { "s" };
    let data = view.nodes.len() - steps.len();
    writeln!(out, "<title id=\"loom-title\">Pipeline: {} step{plural}, {data} data</title>", steps.len())?;
    write!(out, "<desc id=\"loom-desc\">Data flow from left to right.")?;
    for (index, step) in steps.iter().take(MAX_NAMED).enumerate() {
        let before = if index == 0 { " Steps: " } else { ", " };
        write!(out, "{before}{}", Escaped(&step.label.shown))?;
    }
    match steps.len() {
        0 => {}
        count if count > MAX_NAMED => write!(out, ", and {} more.", count - MAX_NAMED)?,
        _ => out.push('.'),
    }
    writeln!(out, "</desc>")
}

fn frame(frame: &Frame, out: &mut String) -> fmt::Result {
    let [x, y, w, h] = [frame.x, frame.y, frame.w, frame.h].map(Number);
    let [text_x, text_y] = [frame.x + 14.0, frame.y + 18.0].map(Number);
    let (full, shown) = (Escaped(&frame.label.full), Escaped(&frame.label.shown));
    writeln!(
        out,
        "<g><title>group {full}</title>\
         <rect class=\"frame\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"12\"/>\
         <text class=\"group\" x=\"{text_x}\" y=\"{text_y}\">{shown}</text></g>"
    )
}

fn edge(view: &View, edge: &Edge, out: &mut String) -> fmt::Result {
    let (from, to) = (&view.nodes[edge.from], &view.nodes[edge.to]);
    let (step, what) = match edge.kind {
        EdgeKind::Input => (to, ""),
        EdgeKind::Argument => (to, " (argument)"),
        EdgeKind::Folder => (to, " (by its folder)"),
        EdgeKind::Output => (from, ""),
    };
    let class = match edge.kind {
        EdgeKind::Argument | EdgeKind::Folder => "argument",
        // Dashes are counted from where edges meet, lest they fill each other's gaps there.
        EdgeKind::Input if step.optional || step.disabled => "aside back",
        EdgeKind::Output if step.optional || step.disabled => "aside",
        EdgeKind::Input | EdgeKind::Output => "plain",
    };
    let mut route = edge.route.clone();
    if let Some(last) = route.last_mut() {
        // The tip of the arrow touches the box; the line ends within the arrow.
        last.x -= TIP;
    }
    if class == "aside back" {
        route.reverse();
    }
    write!(out, "<path class=\"edge {class}\" d=\"")?;
    for (index, point) in route.iter().enumerate() {
        match route[..index].last() {
            None => write!(out, "M{} {}", Number(point.x), Number(point.y))?,
            Some(before) if index % 2 == 0 => curve(*before, *point, out)?,
            Some(_) => write!(out, "H{}", Number(point.x))?,
        }
    }
    writeln!(out, "\"><title>{} → {}{what}</title></path>", Escaped(&from.label.full), Escaped(&to.label.full))
}

fn curve(from: Point, to: Point, out: &mut String) -> fmt::Result {
    let middle = Number((from.x + to.x) / 2.0);
    let [from_y, to_x, to_y] = [from.y, to.x, to.y].map(Number);
    write!(out, "C{middle} {from_y} {middle} {to_y} {to_x} {to_y}")
}

fn node(node: &Node, further: &str, out: &mut String) -> fmt::Result {
    let class = match (node.kind, node.data_type.as_deref()) {
        (NodeKind::Step, _) if node.disabled => "step off",
        (NodeKind::Step, _) => "step",
        (NodeKind::Data, Some(known)) if DATA_TYPES.contains(&known) => known,
        (NodeKind::Data, _) => "data",
    };
    let [x, y, w, h] = [node.x, node.y, node.w, node.h].map(Number);
    let between = if further.is_empty() { "" } else { " " };
    writeln!(out, "<g class=\"{class}{between}{further}\" transform=\"translate({x} {y})\">")?;
    tooltip(node, out)?;
    if node.kind == NodeKind::Step {
        let aside = if node.optional || node.disabled { " aside" } else { "" };
        writeln!(out, "<rect class=\"box{aside}\" width=\"{w}\" height=\"{h}\" rx=\"10\"/>")?;
    } else {
        let [fold, flat, low, right] = [FOLD, node.w - FOLD, node.h - 4.0, node.w - 4.0].map(Number);
        writeln!(
            out,
            "<path class=\"box\" d=\"M4 0H{flat}L{w} {fold}V{low}Q{w} {h} {right} {h}H4Q0 {h} 0 {low}V4Q0 0 4 0Z\"/>\
             <path class=\"fold\" d=\"M{flat} 0V{fold}H{w}\"/>"
        )?;
    }
    let middle = node.h / 2.0;
    let x = Number(node.w / 2.0);
    let y = Number(if node.sub.is_some() { middle - 4.0 } else { middle + 4.5 });
    writeln!(out, "<text class=\"label\" x=\"{x}\" y=\"{y}\">{}</text>", Escaped(&node.label.shown))?;
    if let Some(sub) = &node.sub {
        let y = Number(middle + 13.0);
        writeln!(out, "<text class=\"sub\" x=\"{x}\" y=\"{y}\">{}</text>", Escaped(&sub.shown))?;
    }
    if let Some(mark) = marks(node) {
        let mark_w = width(mark, MARK_SIZE) + 16.0;
        let [left, middle, mark_w] = [node.w - mark_w - 10.0, node.w - mark_w / 2.0 - 10.0, mark_w].map(Number);
        writeln!(
            out,
            "<rect class=\"mark\" x=\"{left}\" y=\"-8\" width=\"{mark_w}\" height=\"16\" rx=\"8\"/>\
             <text class=\"marked\" x=\"{middle}\" y=\"3.5\">{mark}</text>"
        )?;
    }
    writeln!(out, "</g>")
}

fn marks(node: &Node) -> Option<&'static str> {
    match (node.optional, node.disabled) {
        (true, true) => Some("optional, disabled"),
        (true, false) => Some("optional"),
        (false, true) => Some("disabled"),
        (false, false) => None,
    }
}

fn tooltip(node: &Node, out: &mut String) -> fmt::Result {
    write!(out, "<title>{}", Escaped(&node.label.full))?;
    let sub = node.sub.as_ref().map(|sub| &sub.full).filter(|_| node.command.is_none());
    for line in [sub, node.command.as_ref(), node.description.as_ref()].into_iter().flatten() {
        write!(out, "\n{}", Escaped(line))?;
    }
    writeln!(out, "</title>")
}

/// A length, with at most one digit behind the point.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        if tenths % 10.0 == 0.0 {
            // Adding zero makes minus zero plain zero.
            write!(f, "{:.0}", tenths / 10.0 + 0.0)
        } else {
            write!(f, "{:.1}", tenths / 10.0)
        }
    }
}

/// Text in XML, between tags or in an attribute. What XML cannot say at all becomes U+FFFD.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\r' => f.write_str("&#13;"),
            '\t' | '\n' => f.write_char(c),
            '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}'),
            c if c < ' ' => f.write_char('\u{fffd}'),
            c => f.write_char(c),
        })
    }
}
