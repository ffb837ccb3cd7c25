//! The command line: exactly what was typed.

use std::path::PathBuf;

use clap::Parser;

const SERVE: &str = "Serve";
const BROWSER: &str = "Browser";

/// Shows and edits pipelines in the browser, and runs them.
#[derive(Debug, Parser)]
#[command(
    name = "loom-ui",
    version,
    max_term_width = 80,
    override_usage = "loom-ui [FILE|FOLDER] [OPTIONS]",
    after_help = "Examples:\n  loom-ui pipeline.yml        edit this pipeline\n  loom-ui examples            choose among the pipelines \
    of a folder\n  loom-ui --new study.yml     begin a new one\n\nThe page is for this machine and for whoever has the token in the address that is \
    printed. From another machine, forward the port: `ssh -L 8765:localhost:8765 HOST`, and there `loom-ui --port 8765`. The variable \
    LOOM_UI_TOKEN fixes the token, for scripts."
)]
pub(crate) struct Args {
    /// The pipeline file, or a folder of them [default: this folder]
    #[arg(value_name = "FILE|FOLDER", default_value = ".", hide_default_value = true)]
    pub(crate) path: PathBuf,
    /// Begin a new pipeline in this file [default: pipeline.yml]
    #[arg(long, conflicts_with = "read_only")]
    pub(crate) new: bool,
    /// Where the tasks are, if not in `tasks` beside the pipeline
    #[arg(long, value_name = "DIR")]
    pub(crate) tasks_dir: Option<PathBuf>,
    /// Take away all that writes or runs
    #[arg(long)]
    pub(crate) read_only: bool,

    /// The port, 0 for any [default: 8765, or any if that is taken]
    #[arg(long, value_name = "N", help_heading = SERVE)]
    pub(crate) port: Option<u16>,
    /// The address to listen at, if not only this machine is to reach it
    #[arg(long, value_name = "ADDR", help_heading = SERVE)]
    pub(crate) host: Option<String>,
    /// Let others on the network read what is sent, the token included: what such a `--host` comes to
    #[arg(long, help_heading = SERVE)]
    pub(crate) no_tls: bool,
    /// A further name that browsers may reach this by, as a proxy gives it
    #[arg(long, value_name = "NAME", help_heading = SERVE)]
    pub(crate) allow_host: Vec<String>,
    /// Print the address as a line of JSON: {"url", "pid"}
    #[arg(long, help_heading = SERVE)]
    pub(crate) json: bool,

    /// Only print the address
    #[arg(long, help_heading = BROWSER)]
    pub(crate) no_browser: bool,
    /// Do not open files with the programs of the system
    #[arg(long, help_heading = BROWSER)]
    pub(crate) no_open: bool,

    /// Run what is described here, and serve nothing: how the editor starts its runs
    #[arg(long, value_name = "JSON", hide = true, allow_hyphen_values = true)]
    pub(crate) run_apart: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
