//! How long the rest of a run will take.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::event::Event;

/// How long the rest of a run will take, if it takes as long as it did before, or as what ran already did. Add its events to
/// it as they come.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// How long units that have not ended took when they last did.
    expected: Duration,
    /// How many units that have not ended never did.
    unexpected: usize,
    /// How many units are yet to turn out to be up to date, as was known when the run began.
    known_up_to_date: usize,
    /// How many units ran, and how long.
    ran: (u32, Duration),
    /// Of how many units it is known how long they took, and how long.
    known: (u32, Duration),
    /// How long those that run took.
    running: HashMap<Arc<str>, Option<Duration>>,
}

impl Estimate {
    /// Takes in what happened.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted { up_to_date, to_run, expected, unexpected, .. } => {
                self.known_up_to_date = *up_to_date;
                (self.expected, self.unexpected) = (*expected, *unexpected);
                self.known = (u32::try_from(to_run.saturating_sub(*unexpected)).unwrap_or(u32::MAX), *expected);
            }
            Event::LoopCounted { items, foreseen: false, .. } => self.unexpected += items,
            Event::UnitStarted { unit, expected, .. } => {
                self.running.insert(Arc::clone(unit), *expected);
            }
            Event::UnitFinished { unit, duration, .. } => {
                self.ran = (self.ran.0 + 1, self.ran.1.saturating_add(*duration));
                let expected = self.running.remove(unit).flatten();
                self.no_more(expected);
            }
            Event::UnitUpToDate { .. } => match self.known_up_to_date.checked_sub(1) {
                Some(left) => self.known_up_to_date = left,
                // It was among those that were perhaps to run.
                None => self.no_more(mean(self.known)),
            },
            Event::UnitSkipped { .. } => self.no_more(mean(self.known)),
            _ => {}
        }
    }

    /// A unit is no longer to be waited for.
    fn no_more(&mut self, expected: Option<Duration>) {
        match expected {
            Some(expected) => self.expected = self.expected.saturating_sub(expected),
            None => self.unexpected = self.unexpected.saturating_sub(1),
        }
    }

    /// How long the rest will take, if anything is known of that, while these units run: each with how long it has run, and how
    /// long it took before.
    pub fn left(&self, running: impl Iterator<Item = (Duration, Option<Duration>)>) -> Option<Duration> {
        let each = match self.unexpected {
            0 => Duration::ZERO,
            _ => mean(self.ran).or_else(|| mean(self.known))?,
        };
        let (mut at_once, mut done, mut longest) = (0, Duration::ZERO, Duration::ZERO);
        for (so_far, expected) in running {
            at_once += 1;
            done = done.saturating_add(so_far.min(expected.unwrap_or(each)));
            longest = longest.max(expected.unwrap_or_default().saturating_sub(so_far));
        }
        let unexpected = each.saturating_mul(u32::try_from(self.unexpected).unwrap_or(u32::MAX));
        let work = self.expected.saturating_add(unexpected).saturating_sub(done);
        Some((work / at_once.max(1)).max(longest)).filter(|left| !left.is_zero())
    }
}

fn mean((count, sum): (u32, Duration)) -> Option<Duration> {
    sum.checked_div(count)
}
