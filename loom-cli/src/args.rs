//! The command line: exactly what was typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use loom_spec::Suggest;

const SELECT: &str = "Select";
const CHANGE: &str = "Change";
const RUN: &str = "Run";
const SHOW: &str = "Show";
const CLEAN: &str = "Clean";

/// What chooses, runs or tells of steps, and so has no meaning where files are removed.
const OF_RUNS: [&str; 21] = [
    "step",
    "from",
    "to",
    "group",
    "include",
    "extra",
    "parallel",
    "sequential",
    "max_workers",
    "force",
    "fail_fast",
    "no_wait",
    "grace",
    "dry_run",
    "list",
    "investigate",
    "expand",
    "verbose",
    "events",
    "trace",
    "junit",
];

/// Runs the steps of a pipeline in the order their data demand.
#[derive(Debug, Parser)]
#[command(
    name = "loom",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    max_term_width = 80,
    override_usage = "loom [PIPELINE] [OPTIONS]\n       loom check|graph|plan|why|runs|log|report|results|diff|\n            init|schema|completions|man ...",
    after_help = "A pipeline named like a command runs as `loom ./check`."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell everything that is wrong with a pipeline, and run nothing
    Check(CheckArgs),
    /// Show the graph of a pipeline
    Graph(GraphArgs),
    /// Show what would run and why, and run nothing
    Plan(PlanArgs),
    /// Tell when a unit last ran, and what changed since
    Why(WhyArgs),
    /// List the runs that are kept
    Runs(RunsArgs),
    /// Print what a unit wrote
    Log(LogArgs),
    /// Write a page about a run, for a browser
    Report(ReportArgs),
    /// Compare configurations by the numbers they made
    Results(ResultsArgs),
    /// Hold two units against each other
    Diff(DiffArgs),
    /// Write a small pipeline to begin with
    Init(InitArgs),
    /// Print the JSON Schema of pipeline files, for editors
    #[command(
        after_help = "To use it, write it to a file beside the pipeline:\n  loom schema > loom.schema.json\nand tell \
        the editor in the first line of pipeline.yml:\n  # yaml-language-server: $schema=loom.schema.json"
    )]
    Schema,
    /// Print what a shell needs to complete `loom` commands
    Completions(CompletionsArgs),
    /// Write the manual pages
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder to write it to; made if it does not exist
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder to write them to, as `man1` of a manual path
    pub(crate) folder: PathBuf,
}

/// What chooses steps, and what changes them.
#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    /// These steps and no others, in data order
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = SELECT, conflicts_with_all = ["from", "to", "group"])]
    pub(crate) step: Vec<String>,
    /// This step and everything behind it
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = SELECT, conflicts_with = "group")]
    pub(crate) from: Vec<String>,
    /// This step and what it needs
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = SELECT, conflicts_with = "group")]
    pub(crate) to: Vec<String>,
    /// The steps of this group
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = SELECT)]
    pub(crate) group: Vec<String>,
    /// With these optional steps
    #[arg(long, value_name = "NAME", num_args = 1.., help_heading = SELECT)]
    pub(crate) include: Vec<String>,

    /// Give parameters other values
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = assignment, help_heading = CHANGE)]
    pub(crate) set: Vec<(String, String)>,
    /// Give an axis of the sweep other values: `rate=0.1,0.2`
    #[arg(long, value_name = "AXIS=VALUES", num_args = 1.., value_parser = assignment, help_heading = CHANGE)]
    pub(crate) sweep: Vec<(String, String)>,
    /// Keep the configurations with this value
    #[arg(long, value_name = "AXIS=VALUE", num_args = 1.., value_parser = assignment, help_heading = CHANGE)]
    pub(crate) only: Vec<(String, String)>,
    /// Give data nodes other paths
    #[arg(long, value_name = "NAME=PATH", num_args = 1.., value_parser = assignment, help_heading = CHANGE)]
    pub(crate) var: Vec<(String, String)>,
    /// Further words for one step, split as by a shell
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true, help_heading = CHANGE)]
    pub(crate) extra: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,

    #[command(flatten)]
    pub(crate) selected: SelectArgs,

    /// Run steps at the same time (the default)
    #[arg(long, help_heading = RUN)]
    pub(crate) parallel: bool,
    /// Run one step at a time
    #[arg(long, help_heading = RUN, conflicts_with_all = ["parallel", "max_workers"])]
    pub(crate) sequential: bool,
    /// At most so many at a time [default: the CPUs]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = RUN)]
    pub(crate) max_workers: Option<usize>,
    /// Run what is selected even if it is up to date
    #[arg(long, help_heading = RUN)]
    pub(crate) force: bool,
    /// Start nothing more after the first failure
    #[arg(long, help_heading = RUN)]
    pub(crate) fail_fast: bool,
    /// How long steps may take to end when the run is stopped [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = RUN)]
    pub(crate) grace: Option<Duration>,
    /// Do not wait for another run: exit with 75
    #[arg(long, help_heading = RUN)]
    pub(crate) no_wait: bool,
    /// Print what would run and why, and run nothing
    #[arg(long, help_heading = RUN)]
    pub(crate) dry_run: bool,

    /// List the steps, and run nothing
    #[arg(long, help_heading = SHOW, conflicts_with = "dry_run")]
    pub(crate) list: bool,
    /// Tell what the selected tasks take, and run nothing
    #[arg(long, help_heading = SHOW, conflicts_with_all = ["dry_run", "list"])]
    pub(crate) investigate: bool,
    /// Show every unit of a sweep, not only how many
    #[arg(long, help_heading = SHOW)]
    pub(crate) expand: bool,
    /// Only what fails
    #[arg(short, long, help_heading = SHOW, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// The commands, too
    #[arg(short, long, help_heading = SHOW)]
    pub(crate) verbose: bool,
    /// Write what happens as JSON lines; `-` is stdout
    #[arg(long, value_name = "FILE", help_heading = SHOW, conflicts_with_all = ["dry_run", "list", "investigate"])]
    pub(crate) events: Option<PathBuf>,
    /// Write the timeline, for Perfetto or chrome://tracing
    #[arg(long, value_name = "FILE", help_heading = SHOW, conflicts_with_all = ["dry_run", "list", "investigate"])]
    pub(crate) trace: Option<PathBuf>,
    /// Write the outcomes as JUnit XML, for CI
    #[arg(long, value_name = "FILE", help_heading = SHOW, conflicts_with_all = ["dry_run", "list", "investigate"])]
    pub(crate) junit: Option<PathBuf>,
    /// Colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true, hide_possible_values = true, global = true, help_heading = SHOW)]
    pub(crate) color: Color,

    /// Move what the steps make to the trash, once you agree
    #[arg(long, help_heading = CLEAN, conflicts_with_all = OF_RUNS)]
    pub(crate) clean: bool,
    /// List what `--clean` would remove, and change nothing
    #[arg(long, help_heading = CLEAN, conflicts_with_all = OF_RUNS, conflicts_with_all = ["clean", "permanent", "yes", "quiet"])]
    pub(crate) clean_list: bool,
    /// Remove it for good instead
    #[arg(long, help_heading = CLEAN, requires = "clean")]
    pub(crate) permanent: bool,
    /// Without a question
    #[arg(short, long, help_heading = CLEAN, requires = "clean")]
    pub(crate) yes: bool,
}

impl RunArgs {
    /// Whether no step is to run.
    pub(crate) fn only_shows(&self) -> bool {
        self.dry_run || self.list || self.investigate || self.clean || self.clean_list
    }
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,
    /// How to tell it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,
    #[command(flatten)]
    pub(crate) selected: SelectArgs,
    /// As if what is selected were not up to date
    #[arg(long)]
    pub(crate) force: bool,
    /// Show every unit of a sweep, not only how many
    #[arg(long)]
    pub(crate) expand: bool,
    /// How to tell it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: PlanFormat,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "loom why [PIPELINE] UNIT",
    after_help = "A unit is a step (`train`), a step with its values of a sweep (`train@rate=0.1`), a file of a loop \
    (`clean/foo.txt`) or a pass of a group (`refine/fit#1`). The name of a loop, a group or a swept step stands for all its \
    units, `train@rate=0.1` also for all that have this value among others."
)]
pub(crate) struct WhyArgs {
    /// The unit, and before it the pipeline file, or its folder
    #[arg(value_name = "UNIT", num_args = 1..=2, required = true)]
    pub(crate) words: Vec<String>,
    /// Tell of every unit of a sweep, however many
    #[arg(long)]
    pub(crate) expand: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,
}

const A_RUN: &str = "RUN is the number of a run in `loom runs`, 1 for the newest, or the beginning of its name. A \
    pipeline whose name looks like that is written `./1`.";

#[derive(Debug, Args)]
#[command(override_usage = "loom log [PIPELINE] [RUN] UNIT", after_help = A_RUN)]
pub(crate) struct LogArgs {
    /// The unit; before it the run, by default the newest in which it ran; before that the pipeline file, or its folder
    #[arg(value_name = "UNIT", num_args = 1..=3, required = true)]
    pub(crate) words: Vec<String>,
}

#[derive(Debug, Args)]
#[command(override_usage = "loom report [PIPELINE] [RUN] [OPTIONS]", after_help = A_RUN)]
pub(crate) struct ReportArgs {
    /// The pipeline file, or its folder; behind it the run, by default the newest
    #[arg(value_name = "RUN", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// Where to write it [default: report.html in the folder of the run]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "COLUMN is a parameter, a metric by its name or its path, or `duration`. Without \
    `--sort`, the best come first, if a metric has a goal (`metrics` of a data node).")]
pub(crate) struct ResultsArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,
    /// Sort by this, the smallest first, or the best, if it has a goal; `-COLUMN` for the other way round
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
    /// The mean over all parameters but these
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) by: Vec<String>,
    /// Only what nothing else beats in all of these; `COLUMN:min` or `COLUMN:max` for those without a goal
    #[arg(long, value_name = "COLUMN,COLUMN", value_delimiter = ',')]
    pub(crate) pareto: Vec<String>,
    /// Only the first of them
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) top: Option<usize>,
    /// How to tell it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ResultsFormat,
    /// Write a page with charts, for a browser
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "loom diff [PIPELINE] UNIT UNIT",
    after_help = "What they are called with, the numbers that they wrote, how long they took, and \
    the lines of their JSON files. A unit is named as for `loom why`."
)]
pub(crate) struct DiffArgs {
    /// The units, and before them the pipeline file, or its folder
    #[arg(value_name = "UNIT", num_args = 2..=3, required = true)]
    pub(crate) words: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The pipeline file, or its folder
    #[arg(default_value = ".", hide_default_value = true)]
    pub(crate) pipeline: PathBuf,
    /// Draw every unit of a sweep, not only how many
    #[arg(long)]
    pub(crate) expand: bool,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: GraphFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    #[default]
    Table,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultsFormat {
    #[default]
    Table,
    Csv,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    #[default]
    Text,
    Dot,
    Mermaid,
    Svg,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Tells what is wrong with a call, and ends the program.
pub(crate) fn refuse(error: &clap::Error) -> ! {
    // Of two words that are no options, the second is to clap a command that came too late.
    if error.kind() == ErrorKind::ArgumentConflict
        && let Some(ContextValue::String(second)) =
            error.get(ContextKind::InvalidSubcommand).or(error.get(ContextKind::InvalidArg))
        && let Some(second) = second.split('\'').nth(1).or(Some(&**second))
        && !second.starts_with('-')
    {
        let first = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
        let help = command_like(&first).unwrap_or_else(|| "give one pipeline at a time".to_owned());
        Cli::command()
            .error(ErrorKind::TooManyValues, format!("`{second}` is a second pipeline\n\n  tip: {help}"))
            .exit();
    }
    error.exit()
}

/// The command that a word was perhaps meant for.
pub(crate) fn command_like(word: &str) -> Option<String> {
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    Suggest::default().nearest(word, names).map(|near| format!("did you mean the command `loom {near}`?"))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE (the pipeline file goes before the options)".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    loom_spec::duration(text).ok_or_else(|| "expected a time such as `30s`, `5m` or `1m30s`".to_owned())
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a whole number, 1 or more".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
