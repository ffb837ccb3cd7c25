//! Problems as a person reads them: the place, the source line with a caret, and how to go on.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};
use loom_spec::{Label, Problem, Severity, Source, Span};

/// How much of a line is shown, at most, on either side of the place.
const LONGEST_LINE: usize = 200;
/// How wide the lines are that messages are made of.
const WIDTH: usize = 80;

/// Renders problems one after the other, with an empty line between.
pub(crate) fn render(source: &Source, problems: &[Problem], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH);
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
    let mut group = Group::with_title(level.primary_title(message));
    for cut in &cuts {
        // The renderer counts columns from where the cut begins, so the place is told beside it.
        let place = source.position(cut.labels[0].1.span.start);
        let origin = Origin::path(plain(source.name()));
        group = group.element(origin.line(place.line as usize).char_column(place.column as usize));
        let mut snippet = Snippet::source(harmless(cut.text)).line_start(cut.line);
        for (index, label) in &cut.labels {
            let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = clipped(label.span, cut);
            snippet = snippet.annotation(kind.span(span).label(plain(&label.text)));
        }
        group = group.element(snippet);
    }
    if cuts.is_empty() {
        // Without a source line there is no margin to hang the help on.
        let help = problem.help.as_ref().map(|help| format!("\n  = help: {}", plain(help)));
        return renderer.render(&[group]) + &help.unwrap_or_default();
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(plain(help)));
    }
    renderer.render(&[group])
}

/// A stretch of whole lines, and the labels in it with their number in the problem.
struct Cut<'a> {
    text: &'a str,
    start: usize,
    line: usize,
    labels: Vec<(usize, &'a Label)>,
}

/// Labels on neighbouring lines are shown together, others each with its own line. The renderer gets no more of the
/// source than that, however large it is.
fn cuts<'a>(source: &'a Source, labels: &'a [Label]) -> Vec<Cut<'a>> {
    const NEIGHBOURS: u32 = 4;
    let mut cuts: Vec<Cut<'a>> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let line = source.position(label.span.start).line;
        let near = cuts.iter_mut().find(|cut| {
            let last = cut.line + cut.text.matches('\n').count();
            line as usize + NEIGHBOURS as usize >= cut.line && line as usize <= last + NEIGHBOURS as usize
        });
        let (start, end) = line_bounds(source.text(), label.span.start as usize);
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

/// Names and texts of the file are shown in messages; nothing in them may reach the terminal as a command.
fn plain(text: &str) -> String {
    crate::terminal::plain(text)
}

/// Source lines as the renderer shows them; of what a terminal obeys, it leaves some in. Every character keeps its
/// length, so that places stay right.
fn harmless(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        '\u{80}'..='\u{9f}' | '\u{61c}' => '·',
        '\u{200e}' | '\u{200f}' => '\u{fffd}',
        c => c,
    };
    if text.chars().all(|c| shown(c) == c) { text.into() } else { text.chars().map(shown).collect() }
}
