//! Columns of text.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::terminal::{DIM, Paint};

/// A table for people, the columns as wide as what stands in them.
#[derive(Debug)]
pub(crate) struct Table {
    heads: Vec<(String, Side)>,
    rows: Vec<Vec<(String, Style)>>,
}

/// The side that a column is flush with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Table {
    pub(crate) fn new(heads: &[(&str, Side)]) -> Self {
        Self::named(heads.iter().map(|(head, side)| (head.to_uppercase(), *side)).collect())
    }

    /// A table with heads that are names: they stay as they are. They have no signs of control.
    pub(crate) fn named(heads: Vec<(String, Side)>) -> Self {
        Self { heads, rows: Vec::new() }
    }

    /// Adds a row, of texts without signs of control.
    pub(crate) fn row(&mut self, cells: Vec<(String, Style)>) {
        self.rows.push(cells);
    }

    pub(crate) fn render(&self, paint: Paint) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.width());
            cells.chain([self.heads[column].0.width()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        let heads: Vec<(String, Style)> = self.heads.iter().map(|(head, _)| (head.clone(), DIM)).collect();
        let mut out = String::new();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let last = row.iter().rposition(|(text, _)| !text.is_empty()).map_or(0, |last| last + 1);
            for (column, (text, style)) in row.iter().take(last).enumerate() {
                let gap = " ".repeat(widths[column].saturating_sub(text.width()));
                let text = paint.styled(*style, text);
                let between = if column == 0 { "" } else { "  " };
                let _ = match self.heads[column].1 {
                    Side::Right => write!(out, "{between}{gap}{text}"),
                    Side::Left if column + 1 == last => write!(out, "{between}{text}"),
                    Side::Left => write!(out, "{between}{text}{gap}"),
                };
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_flush() {
        let mut table = Table::new(&[("unit", Side::Left), ("ok", Side::Right), ("", Side::Left)]);
        let plain = |text: &str| (text.to_owned(), Style::new());
        table.row(vec![plain("数据"), plain("12"), plain("a note")]);
        table.row(vec![plain("a"), plain("3"), plain("")]);
        assert_eq!(table.render(Paint { color: false }), "UNIT  OK\n数据  12  a note\na      3\n");
    }
}
