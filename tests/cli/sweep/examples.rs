//! The two examples of sweeps do what they are there to show.

use serde_json::Value;

use super::{planned, run};
use crate::examples::{example, made};
use crate::support::Sandbox;

#[test]
fn the_search_written_once_is_the_search_written_by_hand() {
    let by_hand = example("parallel");
    let swept = example("sweep");
    let commands = |sandbox: &Sandbox| {
        let commands: Vec<Vec<String>> = planned(sandbox, &[]).into_iter().map(|(_, command)| command).collect();
        assert_eq!(commands.len(), 5);
        commands
    };
    assert_eq!(commands(&swept), commands(&by_hand));
    let told = [run(&by_hand, &[]), run(&swept, &[])];
    let ran = told.map(|told| {
        assert_eq!(told.exit, "0", "{}", told.shown);
        let mut ran: Vec<Vec<String>> = told.began.into_values().collect();
        ran.sort_unstable();
        ran
    });
    assert_eq!(ran[0], ran[1]);
    assert_eq!(ran[1].len(), 5);
    assert!(made(&by_hand) == made(&swept));
}

/// `text` with one part of it replaced, which must be there.
pub(super) fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    })
}

#[test]
fn the_best_of_a_random_search_is_the_best_of_its_trainings() {
    let sandbox = example("random-search");
    let pipeline = edited(
        &sandbox.read("pipeline.yml"),
        &[("sample: 60", "sample: 4"), ("seed: [1, 2, 3, 4, 5]", "seed: [1, 2]"), ("epochs: 12", "epochs: 2")],
    );
    sandbox.write("pipeline.yml", pipeline);
    let told = run(&sandbox, &[]);
    assert_eq!((told.exit.as_str(), told.began.len()), ("0", 1 + 8 + 4 + 1), "{}", told.shown);

    let json = |path: &str| serde_json::from_str::<Value>(&sandbox.read(path)).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let mut least: Option<(f64, &str)> = None;
    for (unit, command) in told.began.iter().filter(|(unit, _)| unit.starts_with("average@")) {
        let trainings: Vec<&String> = command.iter().filter(|word| word.contains("/training@")).collect();
        let configuration = unit.strip_prefix("average@").unwrap();
        let expected = [1, 2].map(|seed| format!("data/trainings/training@{configuration},seed={seed}.json"));
        assert_eq!(trainings, expected.iter().collect::<Vec<_>>());
        let losses: Vec<f64> = trainings.iter().map(|path| number(&json(path)["validation"]["loss"])).collect();
        let average = json(command.last().unwrap());
        let mean = (losses[0] + losses[1]) / 2.0;
        assert!((number(&average["validation_loss"]) - mean).abs() < 1e-5, "{unit}: {average} of {losses:?}");
        assert_eq!(average["trainings"], 2);
        if least.is_none_or(|(loss, _)| mean < loss) {
            least = Some((mean, configuration));
        }
    }
    let best = json("data/best.json");
    let (loss, configuration) = least.unwrap();
    assert!((number(&best["validation_loss"]) - loss).abs() < 1e-5, "{best}");
    let named = ["learning_rate", "hidden", "activation"].map(|name| {
        let value = &best["best"][name];
        format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    assert_eq!(named.join(","), configuration);
    assert_eq!(best["configurations"], 4);
    super::all_is_up_to_date(&sandbox);

    // Two more are drawn: all that is done already stays.
    let pipeline = edited(&sandbox.read("pipeline.yml"), &[("sample: 4", "sample: 6")]);
    sandbox.write("pipeline.yml", pipeline);
    let told = run(&sandbox, &[]);
    assert_eq!((told.exit.as_str(), told.began.len()), ("0", 4 + 2 + 1), "{}", told.shown);
}
