//! How the steps stand: by what a run would do, and by the run that there is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use loom_exec::reasons::Tally;
use loom_exec::runs::{Fate, UnitHistory};
use loom_exec::{LeftOut, Memory, Project, Reason, Selection, Verdict};

use super::followed::millis;
use super::plan::{Foreseen, foreseen};
use super::{Followed, Units};
use crate::api::{Board, Counts, StepState, UnitState};

/// So many reasons are told of a card.
const MOST_TOLD: usize = 6;

/// What a run of everything would do, at a moment: to be made anew when files changed or a run has ended.
#[derive(Debug)]
pub struct Outlook {
    at: SystemTime,
    units: Vec<Known>,
    places: HashMap<Arc<str>, usize>,
    /// The cards of the steps in file order; and why those that would not run would not.
    cards: Vec<(Arc<str>, Option<LeftOut>)>,
    to_run: usize,
    /// Why nothing is known.
    trouble: Vec<String>,
}

/// What is known of a unit.
#[derive(Debug)]
struct Known {
    unit: Arc<str>,
    card: Arc<str>,
    state: UnitState,
    why: Vec<String>,
    took: Option<Duration>,
    /// It answers a question, which it does every time.
    asks: bool,
}

impl Outlook {
    /// Decides about all units, as `loom --dry-run` does. Nothing is written.
    pub fn of(project: &Project, memory: &Memory, units: &Units) -> Self {
        // What is written while it is looked at is looked at again.
        let at = SystemTime::now();
        let cards = project.checked().pipeline.steps.iter();
        let cards = cards.map(|step| {
            let left_out = match (step.disabled, step.optional) {
                (true, _) => Some(LeftOut::Disabled),
                (_, true) => Some(LeftOut::Optional),
                _ => None,
            };
            (units.card_of_written(&step.name.text), left_out)
        });
        let mut outlook = Self {
            at,
            units: Vec::new(),
            places: HashMap::new(),
            cards: cards.collect(),
            to_run: 0,
            trouble: Vec::new(),
        };
        let decisions = match project.plan(&Selection::default()) {
            Ok(decisions) => decisions,
            Err(refused) => {
                let errors = refused.problems.iter().filter(|problem| problem.is_error());
                outlook.trouble = errors.take(MOST_TOLD).map(|problem| problem.message.clone()).collect();
                return outlook;
            }
        };
        let forecast = match decisions.forecast(memory, false) {
            Ok(forecast) => forecast,
            Err(error) => {
                outlook.trouble.push(error.to_string());
                return outlook;
            }
        };
        foreseen(&decisions, &forecast, &mut |unit| {
            let took = forecast.expected(&unit.name);
            let card = match unit.unit {
                Some(_) => units.card(&unit.name),
                None => units.card_of(unit.step),
            };
            outlook.to_run += usize::from(unit.runs());
            let (state, why) = (state(&unit), if unit.runs() { unit.why() } else { Vec::new() });
            outlook.places.insert(Arc::clone(&unit.name), outlook.units.len());
            outlook.units.push(Known { unit: unit.name, card, state, why, took, asks: unit.asks });
        });
        // A step that runs in passes is optional no more than its group.
        let known: HashSet<&Arc<str>> = outlook.units.iter().map(|unit| &unit.card).collect();
        for (card, left_out) in &mut outlook.cards {
            left_out.take_if(|_| known.contains(card));
        }
        outlook
    }
}

fn state(unit: &Foreseen<'_>) -> UnitState {
    match unit.verdict {
        Some(Verdict::UpToDate { .. }) => UnitState::Fresh,
        _ => match unit.reasons() {
            [Reason::Failed { .. }] => UnitState::Failed,
            [Reason::Stopped | Reason::DidNotFinish] => UnitState::Stopped,
            _ => UnitState::Stale,
        },
    }
}

/// How the steps stand, in file order. `latest` is the run that began last, at work or over; `planned` the units that it is to run,
/// if that is known.
pub fn states(
    outlook: &Outlook,
    latest: Option<&Followed>,
    planned: Option<&HashSet<String>>,
    units: &Units,
) -> Vec<StepState> {
    let now = Now { outlook, latest, planned };
    let mut cards: HashMap<Arc<str>, Card> = HashMap::new();
    let mut order: Vec<Arc<str>> = outlook.cards.iter().map(|(card, _)| Arc::clone(card)).collect();
    for known in &outlook.units {
        let heard = latest.and_then(|latest| latest.history().of(&known.unit));
        now.add(Some(known), heard, cards.entry(Arc::clone(&known.card)).or_default());
    }
    // What was found out about as the run went on, as the files of a loop.
    if let Some(latest) = latest.filter(|_| now.is_newer()) {
        let later = latest.history().units.iter().filter(|unit| !outlook.places.contains_key(&unit.unit));
        for heard in later {
            now.add(None, Some(heard), cards.entry(units.card(&heard.unit)).or_default());
        }
    }
    let written: HashSet<&Arc<str>> = order.iter().collect();
    let mut others: Vec<Arc<str>> = cards.keys().filter(|card| !written.contains(card)).cloned().collect();
    others.sort_unstable();
    order.extend(others);
    let left_out: HashMap<&Arc<str>, LeftOut> =
        outlook.cards.iter().filter_map(|(card, left_out)| Some((card, (*left_out)?))).collect();
    let mut seen = HashSet::new();
    order.retain(|card| seen.insert(Arc::clone(card)));
    let told = order.iter().map(|card| match (cards.remove(card), left_out.get(card)) {
        (Some(found), _) => found.told(card),
        (None, Some(why)) => {
            let why = if *why == LeftOut::Disabled { "disabled" } else { "optional" };
            alone(card, UnitState::LeftOut, vec![why.to_owned()])
        }
        (None, None) => alone(card, UnitState::Unknown, outlook.trouble.clone()),
    });
    told.collect()
}

/// Adds how folded groups and branches stand: as what they stand for does, all together.
pub fn add_folded(states: &mut Vec<StepState>, board: &Board) {
    let places: HashMap<String, usize> =
        states.iter().enumerate().map(|(place, state)| (state.id.clone(), place)).collect();
    for card in board.cards.iter().filter(|card| !card.members.is_empty()) {
        let own = places.get(&card.id).copied();
        let members = card.members.iter().filter_map(|member| places.get(member).copied());
        let mut parts: Vec<StepState> = members.chain(own).map(|place| states[place].clone()).collect();
        parts.sort_by_key(|part| rank(part.state));
        let Some(first) = parts.first() else { continue };
        let mut sum = StepState { id: card.id.clone(), counts: Counts::default(), took_ms: None, ..first.clone() };
        let mut why = Tally::default();
        parts
            .iter()
            .filter(|part| part.state == sum.state)
            .flat_map(|part| &part.why)
            .for_each(|text| why.add(text.clone()));
        sum.why = why.told(1);
        sum.began = parts.iter().filter_map(|part| part.began).min();
        for part in &parts {
            let (all, one) = (&mut sum.counts, &part.counts);
            all.units += one.units;
            all.ok += one.ok;
            all.failed += one.failed;
            all.running += one.running;
            all.skipped += one.skipped;
            all.stale += one.stale;
            sum.took_ms = sum.took_ms.into_iter().chain(part.took_ms).reduce(u64::saturating_add);
        }
        match own {
            Some(place) => states[place] = sum,
            None => states.push(sum),
        }
    }
}

/// What is known at a moment.
struct Now<'a> {
    outlook: &'a Outlook,
    latest: Option<&'a Followed>,
    planned: Option<&'a HashSet<String>>,
}

impl Now<'_> {
    /// Whether the run knows more than the outlook.
    fn is_newer(&self) -> bool {
        let at = millis(self.outlook.at.duration_since(UNIX_EPOCH).unwrap_or_default());
        self.latest.is_some_and(|run| run.is_running() || run.began().saturating_add(millis(run.history().until)) >= at)
    }

    fn add(&self, known: Option<&Known>, heard: Option<&UnitHistory>, card: &mut Card) {
        let of_run = self.latest.zip(heard).map(|(run, heard)| (run, heard, run.state_of(heard)));
        let foreseen = known.map_or(UnitState::Unknown, |known| known.state);
        let state = match of_run {
            Some((.., state)) if self.is_newer() => state,
            Some((_, heard, state)) => match state {
                // What ran well is as it was found since, but for an answer, which is no file that could have changed.
                UnitState::Fresh if known.is_some_and(|known| known.asks) => state,
                UnitState::Failed | UnitState::Stopped | UnitState::Skipped | UnitState::NotMet
                    if foreseen != UnitState::Fresh && !matches!(heard.fate, Fate::UpToDate { .. }) =>
                {
                    state
                }
                _ => foreseen,
            },
            None if self.is_queued(known) => UnitState::Queued,
            None => foreseen,
        };
        let why = match (of_run, known) {
            (Some((_, heard, of_run)), _) if of_run == state => match &heard.fate {
                Fate::Ended(outcome) if !outcome.is_success() => vec![outcome.to_string()],
                Fate::Skipped(because) => vec![because.to_string()],
                Fate::Unfinished => loom_exec::reasons::told(&heard.reasons),
                _ => Vec::new(),
            },
            (_, Some(known)) => known.why.clone(),
            _ => Vec::new(),
        };
        let began = of_run
            .filter(|_| state == UnitState::Running)
            .and_then(|(run, heard, _)| Some(run.began().saturating_add(millis(heard.started?))));
        let ran = heard.filter(|heard| matches!(heard.fate, Fate::Ended(_))).map(|heard| heard.duration);
        card.add(state, &why, began, ran.or_else(|| known?.took));
    }

    /// Whether a unit that was not heard of will be.
    fn is_queued(&self, known: Option<&Known>) -> bool {
        let Some((run, known)) = self.latest.filter(|run| run.is_running()).zip(known) else { return false };
        known.state != UnitState::Fresh
            && match self.planned {
                Some(planned) => planned.contains(&*known.unit),
                // A run of all that is to run is most likely just that.
                None => run.history().to_run == self.outlook.to_run,
            }
    }
}

/// A card while its units are added up.
#[derive(Default)]
struct Card {
    state: Option<UnitState>,
    why: Tally,
    counts: Counts,
    began: Option<u64>,
    took: Option<Duration>,
}

impl Card {
    fn add(&mut self, state: UnitState, why: &[String], began: Option<u64>, took: Option<Duration>) {
        let before = self.state.map_or(usize::MAX, rank);
        if rank(state) < before {
            self.state = Some(state);
            self.why = Tally::default();
        }
        if rank(state) <= before {
            why.iter().for_each(|text| self.why.add(text.clone()));
        }
        let counts = &mut self.counts;
        counts.units += 1;
        match state {
            UnitState::Fresh => counts.ok += 1,
            UnitState::Failed => counts.failed += 1,
            UnitState::Running => counts.running += 1,
            UnitState::Skipped | UnitState::NotMet | UnitState::LeftOut => counts.skipped += 1,
            UnitState::Queued | UnitState::Stale | UnitState::Stopped => counts.stale += 1,
            UnitState::Unknown => {}
        }
        self.began = self.began.into_iter().chain(began).min();
        self.took = self.took.into_iter().chain(took).reduce(Duration::saturating_add);
    }

    fn told(self, id: &str) -> StepState {
        let state = self.state.unwrap_or(UnitState::Unknown);
        let all = if self.counts.units == 1 { 1 } else { usize::MAX };
        let why = match all {
            1 => self.why.all().map(|(text, _)| text.to_owned()).take(MOST_TOLD).collect(),
            _ => self.why.told(self.counts.units),
        };
        let took_ms = self.took.filter(|_| state != UnitState::Running).map(millis);
        StepState { id: id.to_owned(), state, why, counts: self.counts, began: self.began, took_ms }
    }
}

fn alone(id: &str, state: UnitState, why: Vec<String>) -> StepState {
    StepState { id: id.to_owned(), state, why, counts: Counts::default(), began: None, took_ms: None }
}

/// What matters most comes first.
fn rank(state: UnitState) -> usize {
    const ORDER: [UnitState; 10] = [
        UnitState::Running,
        UnitState::Failed,
        UnitState::Stopped,
        UnitState::Queued,
        UnitState::Stale,
        UnitState::Skipped,
        UnitState::NotMet,
        UnitState::Fresh,
        UnitState::LeftOut,
        UnitState::Unknown,
    ];
    ORDER.iter().position(|other| *other == state).unwrap_or(ORDER.len())
}
