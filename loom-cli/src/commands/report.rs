//! `loom report`: a page about a run, for a browser.

use std::path::{Path, PathBuf};

use loom_exec::Selection;

use super::kept::{find, is_run, open_with_runs};
use super::{Said, print, say};
use crate::args::ReportArgs;
use crate::exit;
use crate::page::{Page, find_images};

pub(crate) fn report(args: &ReportArgs) -> u8 {
    match try_report(args) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_report(args: &ReportArgs) -> Result<u8, Said> {
    let (pipeline, run) = match &args.words[..] {
        [run] if is_run(run) => (".", run.as_str()),
        [pipeline] => (pipeline.as_str(), "1"),
        [pipeline, run, ..] => (pipeline.as_str(), run.as_str()),
        [] => (".", "1"),
    };
    let (project, runs) = open_with_runs(pipeline)?;
    let run = find(&runs, run)?;
    let history = run.history();
    let failed = |what: &str, path: &Path, error: &std::io::Error| {
        say(&format!("error: cannot {what} {}: {error}", path.display()));
        Said(exit::FAILED)
    };
    let path = match &args.output {
        None => run.folder().join("report.html"),
        Some(path) => std::path::absolute(path).map_err(|error| failed("write", path, &error))?,
    };
    // The pipeline may have changed since, or be broken now.
    let decisions = project.plan(&Selection::default()).ok();
    let (images, more_images) =
        decisions.as_ref().map_or_else(Default::default, |decisions| find_images(decisions, &history));
    let file: PathBuf = project.folder().join(Path::new(project.source().name()).file_name().unwrap_or_default());
    let page = Page {
        run,
        history: &history,
        pipeline: &file,
        graph: project.checked().graph.as_ref(),
        images: &images,
        more_images,
        folder: path.parent().unwrap_or(Path::new("/")),
    };
    std::fs::write(&path, page.render()).map_err(|error| failed("write", &path, &error))?;
    Ok(print(&format!("{}\n", path.display())))
}
