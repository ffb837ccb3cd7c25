//! Why a text is not YAML, in the words of the person who wrote it.

use granit_parser::{ErrorKind, ScanError};

use crate::tree::MAX_DEPTH;
use crate::{Problem, Span};

/// What stopped the parser, where, and what may be meant.
pub(crate) fn syntax_error(source: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(source.len()).min(source.len());
    let width = source[at..].chars().next().map_or(0, char::len_utf8);
    let here = Span { start: at as u32, end: (at + width) as u32 };
    let problem = |message: &str| Problem::error("yaml-syntax", format!("this is not YAML: {message}"));
    let problem = match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(here),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => problem("a tab where only spaces may stand")
            .at(tab(source, at).unwrap_or(here), "a tab")
            .help("YAML is indented by spaces; replace the tab by spaces"),
        ErrorKind::UnknownAnchor => {
            let word = source[at..].find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(source.len() - at);
            let name = &source[at..at + word];
            problem(&format!("`{name}` stands for a value that was not named above"))
                .at(Span { end: (at + word) as u32, ..here }, "nothing above has this anchor")
                .help("for a text that begins with `*`, put quotes around it")
        }
        ErrorKind::MissingAnchorOrAliasName => problem("`*` and `&` are followed by a name")
            .at(here, "expected a name")
            .help("for the text itself, put quotes around it"),
        ErrorKind::UnclosedQuotedScalar => {
            problem("a quote is not closed").at(here, "opened here").help("close it where the text ends")
        }
        ErrorKind::InvalidQuotedScalarIndent => problem("a text in quotes goes on in a line that is not indented")
            .at(here, "still inside the quotes")
            .help("look at the lines above: is a quote not closed?"),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            problem("text behind a closing quote")
                .at(here, "the quotes are closed before this")
                .help("a quote above may not be closed; inside '…' a quote is written twice")
        }
        ErrorKind::UnknownQuotedScalarEscape => problem("an escape that does not exist")
            .at(here, "in double quotes, `\\` begins an escape")
            .help("write `\\\\`, or use single quotes"),
        ErrorKind::UnclosedFlowCollection { open } => problem(&format!("`{open}` is not closed"))
            .at(here, "opened here")
            .help(format!("write the `{}` that belongs to it", if *open == '[' { ']' } else { '}' })),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            problem(&format!("`{open}` is closed by `{close}`")).at(here, "opened here").help(format!(
                "write the `{}` that belongs to it, or remove a `{close}` too many",
                if *open == '[' { ']' } else { '}' }
            ))
        }
        ErrorKind::MisplacedFlowCollectionEnd => problem("a bracket too many")
            .at(here, "nothing is open that this could close")
            .help("remove it, or put quotes around the text"),
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            problem("a comma or a closing bracket is missing")
                .at(here, "expected before this")
                .help("inside `[…]` and `{…}`, commas stand between the items")
        }
        ErrorKind::BlockEntryInFlowCollection => problem("an item with `-` inside brackets")
            .at(here, "a bracket above is still open")
            .help("close the `[` or `{` above this line"),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidIndentation => problem("this line does not fit the lines above")
            .at(here, "not in line with them")
            .help("what belongs together begins in the same column"),
        ErrorKind::SimpleKeyExpected => problem("a key without a value")
            .at(here, "expected `key: value`")
            .help("a `:` and a space stand between a key and its value"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => problem("a `:` where no key can be")
            .at(here, "this `:`")
            .help("put quotes around a text that holds `: `; or a `:` or `-` above lacks the space behind it"),
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            problem("a control character").at(here, "not a character of text").help("remove it")
        }
        ErrorKind::UnexpectedCharacter { .. } => problem("a text cannot begin with this character")
            .at(here, "begins here")
            .help("put quotes around the text"),
        kind => problem(&kind.to_string())
            .at(here, "")
            .help("look at the lines just above, too: the quotes, the brackets, the indentation"),
    };
    match odd_space(source, at) {
        Some(space) => problem.at(space, "not an ordinary space"),
        None => problem,
    }
}

/// A space that YAML takes for a letter, and nobody sees, up to an offset in its line or the line above.
fn odd_space(source: &str, at: usize) -> Option<Span> {
    let lines = source[..at].rmatch_indices('\n').nth(1).map_or(0, |(found, _)| found + 1);
    let is_odd = |c: char| c.is_whitespace() && !c.is_ascii() || matches!(c, '\u{200b}' | '\u{feff}');
    let end = at + source[at..].chars().next().map_or(0, char::len_utf8);
    let (found, space) = source[lines..end].char_indices().rfind(|(found, c)| is_odd(*c) && lines + found > 0)?;
    let start = lines + found;
    Some(Span { start: start as u32, end: (start + space.len_utf8()) as u32 })
}

/// The tab at an offset, else the first in the indentation of a line, from that of the offset on.
fn tab(source: &str, at: usize) -> Option<Span> {
    let mut start = source[..at].rfind('\n').map_or(0, |found| found + 1);
    if source[at..].starts_with('\t') {
        return Some(Span { start: at as u32, end: at as u32 + 1 });
    }
    for line in source[start..].split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..blank].find('\t') {
            let tab = (start + tab) as u32;
            return Some(Span { start: tab, end: tab + 1 });
        }
        start += line.len();
    }
    None
}

pub(crate) fn too_deep(span: Span) -> Problem {
    Problem::error("too-deep", format!("nested deeper than {MAX_DEPTH} levels, which no pipeline needs"))
        .at(span, "too deep from here on")
}
