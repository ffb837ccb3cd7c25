//! The thread that looks at runs and files, and tells what is new.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use loom_exec::Apart;

use super::{Model, Shared};
use crate::Refused;
use crate::api::{DataState, RunState, ServerMessage, States, StepState};
use crate::files::DataWatch;
use crate::runs::{self, Ours, Outlook, Runs};

/// How often is looked while a run is at work.
const OFTEN: Duration = Duration::from_millis(200);
/// How often is looked for runs that others have started.
const SELDOM: Duration = Duration::from_secs(1);

/// What is known of runs and files, and what is to be looked at.
#[derive(Default)]
pub(super) struct Watching {
    wanted: Mutex<Wanted>,
    woken: Condvar,
    pub(super) seen: Mutex<Seen>,
}

#[derive(Default)]
struct Wanted {
    /// Something may be new.
    look: bool,
    /// Files may have changed.
    files: bool,
    over: bool,
}

/// What was seen.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) runs: Runs,
    pub(super) ours: Vec<Apart>,
    outlook: Option<Outlook>,
    data: DataWatch,
    pub(super) states: States,
}

impl Watching {
    /// There may be something new.
    pub(super) fn poke(&self) {
        self.wanted().look = true;
        self.woken.notify_all();
    }

    /// Files may have changed.
    pub(super) fn files_changed(&self) {
        let mut wanted = self.wanted();
        (wanted.look, wanted.files) = (true, true);
        self.woken.notify_all();
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts to look. It ends with the editor.
pub(super) fn watch(shared: &Arc<Shared>) -> Result<(), Refused> {
    let weak = Arc::downgrade(shared);
    let started = std::thread::Builder::new().name("loom-watch".to_owned()).spawn(move || run(&weak));
    started.map(|_| ()).map_err(|error| Refused::new("refused", format!("cannot start a thread: {error}")))
}

fn run(weak: &Weak<Shared>) {
    let mut last: Option<Arc<Model>> = None;
    let mut pause = Duration::ZERO;
    loop {
        let Some(shared) = weak.upgrade() else { return };
        let wanted = shared.watching.wanted();
        let (mut wanted, _) = shared
            .watching
            .woken
            .wait_timeout_while(wanted, pause, |wanted| !wanted.look && !wanted.over)
            .unwrap_or_else(PoisonError::into_inner);
        let files = std::mem::take(&mut wanted.files);
        wanted.look = false;
        drop(wanted);
        let model = Arc::clone(&shared.now().model);
        let is_other = last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &model));
        let at_work = shared.look(&model, files || is_other);
        last = Some(model);
        pause = if at_work { OFTEN } else { SELDOM };
        // What is dropped last here ends the thread at its next turn.
        drop(shared);
    }
}

impl Shared {
    /// Looks at runs and files and tells what is new. Returns whether a run is at work.
    fn look(&self, model: &Model, files: bool) -> bool {
        let now = SystemTime::now();
        let mut seen = self.watching.seen();
        let seen = &mut *seen;
        let ours: Vec<Ours> = seen
            .ours
            .iter()
            .map(|run| Ours { run: run.name().to_string(), is_alive: run.try_wait().is_none() })
            .collect();
        // A folder that cannot be read has no runs that could be told.
        let news = seen.runs.look(&model.project, &self.memory, &ours).unwrap_or_default();
        let mut has_ended = false;
        for run in &news {
            let Some(info) = seen.runs.info(run, now) else { continue };
            has_ended |= !matches!(info.state, RunState::Running | RunState::Waiting);
            let units = seen.runs.followed(run).map(|run| run.changes(&model.units, now)).unwrap_or_default();
            self.tell(&ServerMessage::Run { doc: self.id.clone(), info, units });
        }
        let at_work = seen.runs.at_work().is_some() || ours.iter().any(|run| run.is_alive);
        if seen.outlook.is_none() || has_ended || (files && !at_work) {
            seen.outlook = Some(Outlook::of(&model.project, &self.memory, &model.units));
        }
        if files || has_ended || !news.is_empty() {
            let states = seen.states_of(model);
            let changed = changed(&seen.states, &states);
            seen.states = states;
            if !changed.steps.is_empty() || !changed.data.is_empty() {
                self.tell(&ServerMessage::States { doc: self.id.clone(), states: changed });
            }
        }
        if has_ended {
            self.tell(&ServerMessage::Compare { doc: self.id.clone() });
        }
        at_work
    }
}

impl Seen {
    fn states_of(&mut self, model: &Model) -> States {
        let Some(outlook) = &self.outlook else { return States::default() };
        let board = &model.drawn.board;
        let mut steps = runs::states(outlook, self.runs.latest(), None, &model.units);
        runs::add_folded(&mut steps, board);
        let data = self.data.look(&model.project, board, &steps);
        States { steps, data }
    }
}

/// Those that stand otherwise than before.
fn changed(old: &States, new: &States) -> States {
    let steps: HashMap<&str, &StepState> = old.steps.iter().map(|state| (&*state.id, state)).collect();
    let data: HashMap<&str, &DataState> = old.data.iter().map(|state| (&*state.id, state)).collect();
    States {
        steps: new.steps.iter().filter(|state| steps.get(&*state.id) != Some(state)).cloned().collect(),
        data: new.data.iter().filter(|state| data.get(&*state.id) != Some(state)).cloned().collect(),
    }
}
