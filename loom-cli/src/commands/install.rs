//! `loom completions` and `loom man`: what a system wants of a program that is installed on it.

use clap::CommandFactory;

use super::{print, say};
use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::exit;

pub(crate) fn completions(args: &CompletionsArgs) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "loom", &mut script);
    print(&String::from_utf8_lossy(&script))
}

pub(crate) fn man(args: &ManArgs) -> u8 {
    let written =
        std::fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(Cli::command(), &args.folder));
    match written {
        Ok(()) => exit::OK,
        Err(error) => {
            say(&format!("error: cannot write manual pages to {}: {error}", args.folder.display()));
            exit::FAILED
        }
    }
}
