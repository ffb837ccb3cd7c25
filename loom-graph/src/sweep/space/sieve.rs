//! What becomes of the configurations of a product: some are excluded, values are added to others, `where` is asked of
//! all, and those that nobody wants are left out.

use loom_spec::{Problem, Span};

use super::column::{Column, Pattern};
use super::condition::Condition;

/// An item of `exclude`.
pub(super) struct Exclude {
    pub(super) patterns: Vec<Pattern>,
    pub(super) span: Span,
    /// Whether it took away a configuration.
    pub(super) has_hit: bool,
    /// Whether it is no wonder if it did not.
    pub(super) is_quiet: bool,
}

/// An item of `include`.
pub(super) struct Include {
    /// Its values of axes that the product has.
    pub(super) patterns: Vec<Pattern>,
    /// Its values of other axes.
    pub(super) extras: Vec<(usize, u32)>,
    /// Whether a configuration of the product took it in.
    pub(super) has_hit: bool,
}

/// How many configurations were left, one filter after another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) made: u64,
    pub(super) not_excluded: u64,
    pub(super) included: u64,
    pub(super) held: u64,
    pub(super) wanted: u64,
}

pub(super) struct Sieve<'a> {
    pub(super) excludes: Vec<Exclude>,
    pub(super) includes: Vec<Include>,
    pub(super) condition: Option<Condition<'a>>,
    /// `--only`, as far as it asks for axes that are not repeated.
    pub(super) only: Vec<Pattern>,
    /// What is left, one configuration behind another.
    pub(super) rows: Vec<u32>,
    /// How many are kept; more are only counted.
    pub(super) most: u64,
    pub(super) counts: Counts,
}

impl Sieve<'_> {
    /// Whether nothing can be taken away, so that it is known beforehand how many there will be.
    pub(super) fn keeps_all(&self) -> bool {
        self.excludes.is_empty() && self.condition.is_none() && self.only.is_empty()
    }

    /// Whether `exclude` takes a configuration away.
    pub(super) fn excludes(&mut self, columns: &[Column], row: &[u32]) -> bool {
        let mut is_excluded = false;
        for exclude in &mut self.excludes {
            // Each is asked, so that each that takes something away is known.
            if (!is_excluded || !exclude.has_hit) && all_hold(&mut exclude.patterns, columns, row) {
                exclude.has_hit = true;
                is_excluded = true;
            }
        }
        is_excluded
    }

    pub(super) fn holds(&mut self, columns: &[Column], row: &[u32]) -> Result<bool, Box<Problem>> {
        self.condition.as_mut().map_or(Ok(true), |condition| condition.holds(columns, row))
    }

    /// Takes in a configuration of the product that is not excluded.
    pub(super) fn take(&mut self, columns: &[Column], row: &mut [u32]) -> Result<(), Box<Problem>> {
        for include in &mut self.includes {
            if all_hold(&mut include.patterns, columns, row) {
                include.has_hit = true;
                for (column, id) in &include.extras {
                    row[*column] = *id;
                }
            }
        }
        self.counts.not_excluded += 1;
        self.finish(columns, row).map(drop)
    }

    /// Takes in a configuration to which nothing is added any more; tells whether `where` holds of it.
    pub(super) fn finish(&mut self, columns: &[Column], row: &[u32]) -> Result<bool, Box<Problem>> {
        self.counts.included += 1;
        if !self.holds(columns, row)? {
            return Ok(false);
        }
        self.counts.held += 1;
        if all_hold(&mut self.only, columns, row) {
            self.counts.wanted += 1;
            if self.counts.wanted <= self.most {
                self.rows.extend_from_slice(row);
            }
        }
        Ok(true)
    }
}

fn all_hold(patterns: &mut [Pattern], columns: &[Column], row: &[u32]) -> bool {
    patterns.iter_mut().all(|pattern| pattern.holds(columns, row))
}
