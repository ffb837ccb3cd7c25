//! What is different from the run before, in few words.

use std::collections::HashSet;

use loom_exec::Reason;
use loom_exec::runs::History;

/// So many changes are named.
const NAMED: usize = 2;
/// A value that is longer is not told.
const LONGEST: usize = 16;

/// Of all that made units run, what people did: `lr 0.01→0.02; blur.py edited`. None, if nothing ran.
pub(super) fn changed(history: &History) -> Option<String> {
    let mut told: Vec<(u8, String)> = Vec::new();
    let mut seen = HashSet::new();
    for reason in history.units.iter().flat_map(|unit| &unit.reasons) {
        if let Some((rank, text)) = words(reason)
            && seen.insert(text.clone())
        {
            told.push((rank, text));
        }
    }
    // What somebody changed says more than what came of it.
    told.sort_by_key(|(rank, _)| *rank);
    let most = told.first()?.0;
    told.retain(|(rank, _)| *rank == most || *rank <= EDITED);
    let more = told.len().saturating_sub(NAMED);
    let named: Vec<String> = told.into_iter().take(NAMED).map(|(_, text)| text).collect();
    let more = if more > 0 { format!("; {more} more") } else { String::new() };
    Some(format!("{}{more}", named.join("; ")))
}

/// Up to this rank, somebody edited something.
const EDITED: u8 = 1;

fn words(reason: &Reason) -> Option<(u8, String)> {
    let value = |value: &Option<String>| match value.as_deref() {
        None => "nothing".to_owned(),
        Some(text) if text.chars().count() > LONGEST => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        Some(text) => text.to_owned(),
    };
    let edited = |path: &str, how: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let how = if how == "changed" { "edited" } else { how };
        (EDITED, format!("{name} {how}"))
    };
    Some(match reason {
        Reason::Argument { name, .. } if name.is_empty() => (0, "command changed".to_owned()),
        Reason::Argument { name, old, new } | Reason::Variable { name, old, new } => {
            (0, format!("{} {}→{}", name.trim_start_matches('-'), value(old), value(new)))
        }
        Reason::Reordered => (0, "arguments reordered".to_owned()),
        Reason::TaskChanged { path, how } => edited(path, how),
        Reason::ModuleChanged { path, how, .. } => edited(path, how),
        Reason::Python { old, new } => (EDITED, format!("Python {old}→{new}")),
        Reason::OutputMissing { path } => edited(path, "missing"),
        Reason::OutputChanged { path } => edited(path, "overwritten"),
        Reason::InputMissing { input, .. } => (2, format!("{input} missing")),
        Reason::InputChanged { input, .. } | Reason::ChangedMeanwhile { input } => (2, format!("{input} changed")),
        Reason::Failed { .. } => (3, "what failed before".to_owned()),
        Reason::Stopped | Reason::DidNotFinish => (3, "what was not finished".to_owned()),
        Reason::NeverRan => (4, "new steps".to_owned()),
        Reason::Forced | Reason::Selected => (5, "asked for".to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use loom_exec::Event;

    use super::*;

    fn told(reasons: &[Reason]) -> Option<String> {
        let mut history = History::default();
        let unit = "a".into();
        let reasons = reasons.to_vec();
        let started = Event::UnitStarted { unit, configuration: vec![], command: None, reasons, expected: None };
        history.add(Duration::ZERO, &started);
        changed(&history)
    }

    #[test]
    fn what_somebody_did_comes_before_what_came_of_it() {
        let argument = |name: &str, new: &str| {
            let (old, new) = (Some("0.01".to_owned()), Some(new.to_owned()));
            Reason::Argument { name: name.to_owned(), old, new }
        };
        let task = Reason::TaskChanged { path: "tasks/blur.py".to_owned(), how: "changed".to_owned() };
        let input = Reason::InputChanged { input: "model".to_owned(), path: "model.txt".to_owned() };
        let all = [input.clone(), Reason::NeverRan, task.clone(), argument("--lr", "0.02"), argument("--lr", "0.02")];
        assert_eq!(told(&all).as_deref(), Some("lr 0.01→0.02; blur.py edited"));
        assert_eq!(
            told(&[argument("--b", "1"), argument("-c", "2"), task]).as_deref(),
            Some("b 0.01→1; c 0.01→2; 1 more")
        );
        assert_eq!(told(&[Reason::NeverRan, input]).as_deref(), Some("model changed"));
        assert_eq!(told(&[Reason::NeverRan]).as_deref(), Some("new steps"));
        assert_eq!(told(&[Reason::NoOutputs]), None);
    }
}
