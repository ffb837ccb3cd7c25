//! Problems as a person reads them: the place, the source line with a caret, and how to go on.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use loom_graph::render::one_line as plain;
use loom_spec::{Label, Position, Problem, Severity, Source, Span};

/// How much of a line is shown, at most, on either side of the place.
const LONGEST_LINE: usize = 200;
/// How wide the lines are that messages are made of.
const WIDTH: usize = 80;

/// Renders problems one after the other, with an empty line between.
pub(crate) fn render(source: &Source, problems: &[Problem], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let rendered: Vec<String> = problems.iter().map(|problem| one(source, problem, &renderer)).collect();
    rendered.join("\n\n")
}

fn one(source: &Source, problem: &Problem, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = plain(&problem.message);
    let cuts = cuts(source, &problem.labels);
    // Lines that are too long are cut; those that are not are shown whole, even where a label goes on past the edge.
    const MARGIN: usize = 6;
    let fits = cuts.iter().flat_map(|cut| cut.text.lines()).all(|line| line.chars().count() + MARGIN <= WIDTH);
    let renderer = renderer.clone().term_width(if fits { 2 * WIDTH } else { WIDTH });
    let mut group = Group::with_title(level.primary_title(message));
    for cut in &cuts {
        let mut snippet = Snippet::source(harmless(cut.text)).line_start(cut.line).path(plain(source.name()));
        for (index, label) in &cut.labels {
            let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = clipped(label.span, cut);
            snippet = snippet.annotation(kind.span(span).label(plain(&label.text)));
        }
        group = group.element(snippet);
    }
    if cuts.is_empty() {
        // Without a source line there is no margin to hang the help on.
        let help = problem.help.as_ref().map(|help| format!("\n  = help: {}", wrapped(help, "\n          ")));
        return renderer.render(&[group]) + &help.unwrap_or_default();
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(wrapped(help, "\n")));
    }
    cuts.iter().fold(renderer.render(&[group]), |rendered, cut| with_true_column(rendered, source, cut))
}

/// The renderer counts columns from where a cut begins: in the middle of a very long line, that is put right.
fn with_true_column(rendered: String, source: &Source, cut: &Cut<'_>) -> String {
    let told = cut.labels.iter().find(|(index, _)| *index == 0);
    let Some((_, label)) = told.or_else(|| cut.labels.iter().min_by_key(|(_, label)| label.span.start)) else {
        return rendered;
    };
    let before = &cut.text[..clipped(label.span, cut).start];
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1;
    let place = source.position(label.span.start);
    if column == place.column as usize {
        return rendered;
    }
    let line = format!("{}:{}:", plain(source.name()), place.line);
    rendered.replacen(&format!("{line}{column}"), &format!("{line}{}", place.column), 1)
}

/// A stretch of whole lines, and the labels in it with their number in the problem.
struct Cut<'a> {
    text: &'a str,
    start: usize,
    line: usize,
    labels: Vec<(usize, &'a Label)>,
}

/// Labels on neighbouring lines are shown together, unless they lie so far apart that no screen shows both; others each
/// with its own line. The renderer gets no more of the source than that, however large it is.
fn cuts<'a>(source: &'a Source, labels: &'a [Label]) -> Vec<Cut<'a>> {
    const NEIGHBOURS: u32 = 4;
    let mut cuts: Vec<Cut<'a>> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let Position { line, column } = source.position(label.span.start);
        let (start, end) = line_bounds(source.text(), label.span.start as usize);
        let near = cuts.iter_mut().find(|cut| {
            let last = cut.line + cut.text.matches('\n').count();
            line as usize + NEIGHBOURS as usize >= cut.line
                && line as usize <= last + NEIGHBOURS as usize
                && cut.start.saturating_sub(end).max(start.saturating_sub(cut.start + cut.text.len())) <= LONGEST_LINE
                && (cut.labels.iter())
                    .all(|(_, other)| source.position(other.span.start).column.abs_diff(column) <= WIDTH as u32)
        });
        let Some(cut) = near else {
            let text = &source.text()[start..end];
            cuts.push(Cut { text, start, line: line as usize, labels: vec![(index, label)] });
            continue;
        };
        cut.labels.push((index, label));
        cut.line = cut.line.min(line as usize);
        let from = cut.start.min(start);
        let to = (cut.start + cut.text.len()).max(end);
        (cut.text, cut.start) = (&source.text()[from..to], from);
    }
    cuts
}

/// The line around an offset, without its end; of a very long line, the part around it.
fn line_bounds(text: &str, at: usize) -> (usize, usize) {
    let at = floor(text, at.min(text.len()));
    let (from, to) = (floor(text, at.saturating_sub(LONGEST_LINE)), floor(text, at + LONGEST_LINE));
    let bom = if from == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { 0 };
    let start = text[from..at].rfind('\n').map_or(from.max(bom), |found| from + found + 1);
    let end = text[at..to].find(['\n', '\r']).map_or(to, |length| at + length);
    (start, end)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The part of a span that its first line shows, relative to the cut.
fn clipped(span: Span, cut: &Cut<'_>) -> std::ops::Range<usize> {
    let start = (span.start as usize).saturating_sub(cut.start).min(cut.text.len());
    let line_end = cut.text[start..].find(['\n', '\r']).map_or(cut.text.len(), |length| start + length);
    let end = (span.end as usize).saturating_sub(cut.start).clamp(start, line_end);
    start..end
}

/// A help text in lines that an ordinary terminal holds, broken between words and not in a quoted name.
fn wrapped(text: &str, line_break: &str) -> String {
    const INDENT: usize = "   = help: ".len();
    let (mut out, mut width, mut quoted) = (String::new(), INDENT, false);
    let text = plain(text);
    let mut start = 0;
    let breaks = text.char_indices().filter(|(_, c)| {
        quoted ^= *c == '`';
        *c == ' ' && !quoted
    });
    let ends: Vec<usize> = breaks.map(|(at, _)| at).chain([text.len()]).collect();
    for end in ends {
        let word = &text[start..end];
        let length = word.chars().count();
        if !out.is_empty() {
            let fits = width + 1 + length <= WIDTH;
            out.push_str(if fits { " " } else { line_break });
            width = if fits { width + 1 } else { INDENT };
        }
        out.push_str(word);
        width += length;
        start = end + 1;
    }
    out
}

/// Source lines as the renderer takes them: of what a terminal obeys and nobody sees, it would leave some in. Every
/// character keeps its length, so that places stay right.
fn harmless(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{61c}' => '·',
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => '\u{fffd}',
        c => c,
    };
    if text.chars().all(|c| shown(c) == c) { text.into() } else { text.chars().map(shown).collect() }
}
