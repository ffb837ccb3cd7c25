use std::collections::BTreeSet;
use std::process::Command;

use super::*;

/// A folder with these files in it, each with its text.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}

fn modules(folder: &Path, python_path: Option<&str>) -> Modules {
    let environment = python_path.map(|path| ("PYTHONPATH".into(), path.into()));
    Modules::new(folder.canonicalize().expect("it is there"), &environment.into_iter().collect())
}

/// What a task imports: `path < by`, in order.
fn told(modules: &Modules, task: &str) -> Vec<String> {
    modules.of(task).iter().map(|module| format!("{} < {}", module.path, module.by)).collect()
}

#[test]
fn modules_are_found_with_what_imports_them_on_the_shortest_way() {
    let folder = folder(&[
        ("tasks/train.py", "import losses, numpy\nfrom nets import wide\n"),
        ("tasks/losses.py", "import helpers, losses, train"),
        ("tasks/helpers.py", "import deep"),
        ("tasks/nets/__init__.py", "from . import shared"),
        ("tasks/nets/wide.py", "from .shared import x\nfrom .. import losses\nimport deep"),
        ("tasks/nets/shared.py", "from .parts import bolt, nut"),
        ("tasks/nets/parts/bolt.py", "from ..wide import y"),
        ("tasks/nets/parts/other.py", ""),
        ("tasks/deep.py", ""),
        ("tasks/other.py", ""),
        ("numpy.py", ""),
    ]);
    let modules = modules(folder.path(), None);
    let expected = [
        "tasks/deep.py < tasks/nets/wide.py",
        "tasks/helpers.py < tasks/losses.py",
        "tasks/losses.py < tasks/train.py",
        "tasks/nets/__init__.py < tasks/train.py",
        "tasks/nets/parts/bolt.py < tasks/nets/shared.py",
        "tasks/nets/shared.py < tasks/nets/__init__.py",
        "tasks/nets/wide.py < tasks/train.py",
    ];
    assert_eq!(told(&modules, "tasks/train.py"), expected);
    assert_eq!(told(&modules, "tasks/missing.py"), [""; 0]);
    assert_eq!(told(&modules, "tasks/other.py"), [""; 0]);
}

#[test]
fn each_file_is_read_once_by_an_instance_and_anew_by_the_next() {
    let folder =
        folder(&[("a.py", "import shared"), ("b.py", "import shared"), ("shared.py", "import x"), ("x.py", "")]);
    let first = modules(folder.path(), None);
    let before = ["shared.py < a.py", "x.py < shared.py"];
    assert_eq!(told(&first, "a.py"), before);
    write(folder.path(), &[("a.py", ""), ("shared.py", "import y"), ("y.py", ""), ("x.py", "import y")]);
    assert_eq!(told(&first, "a.py"), before);
    assert_eq!(told(&first, "b.py"), ["shared.py < b.py", "x.py < shared.py"]);
    let next = modules(folder.path(), None);
    assert_eq!(told(&next, "b.py"), ["shared.py < b.py", "y.py < shared.py"]);
}

#[test]
fn a_module_that_appears_is_found_by_the_next_instance() {
    let folder = folder(&[("tasks/a.py", "import json"), ("lib/json.py", "")]);
    assert_eq!(told(&modules(folder.path(), None), "tasks/a.py"), [""; 0]);
    write(folder.path(), &[("tasks/json.py", "")]);
    assert_eq!(told(&modules(folder.path(), Some("lib")), "tasks/a.py"), ["tasks/json.py < tasks/a.py"]);
}

#[test]
fn many_threads_may_ask_at_once() {
    let folder = folder(&[("a.py", "import b"), ("b.py", "import c"), ("c.py", "import a")]);
    let modules = modules(folder.path(), None);
    std::thread::scope(|scope| {
        for task in ["a.py", "b.py", "c.py"].repeat(4) {
            let modules = &modules;
            scope.spawn(move || assert_eq!(modules.of(task).len(), 2, "{task}"));
        }
    });
}

#[test]
fn python_path_is_followed_in_the_pipeline_folder_only() {
    let outside = folder(&[("far.py", ""), ("near.py", "")]);
    let folder = folder(&[
        ("tasks/a.py", "import far, near, here"),
        ("lib/near.py", ""),
        ("lib/here.py", ""),
        ("more/here.py", ""),
        ("far.py", ""),
    ]);
    let far = outside.path().display();
    let found = |path: &str| told(&modules(folder.path(), Some(path)), "tasks/a.py");
    assert_eq!(found(&format!("{far}:lib:more")), ["lib/here.py < tasks/a.py", "lib/near.py < tasks/a.py"]);
    assert_eq!(found("tasks/../more:missing"), ["more/here.py < tasks/a.py"]);
    assert_eq!(found(&folder.path().join("more").display().to_string()), ["more/here.py < tasks/a.py"]);
    // An entry without a text is the folder in which Python runs; no entries are none.
    assert_eq!(found("more:"), ["far.py < tasks/a.py", "more/here.py < tasks/a.py"]);
    assert_eq!(found(".."), [""; 0]);
    assert_eq!(found(""), [""; 0]);
}

#[test]
fn what_is_installed_is_not_followed() {
    let folder = folder(&[
        ("pyvenv.cfg", ""),
        ("a.py", "import env.x, env.in_it.x, site_packages, shared.x\nfrom lib import x, y"),
        ("env/pyvenv.cfg", ""),
        ("env/x.py", ""),
        ("env/in_it/x.py", ""),
        ("lib/site-packages/x.py", ""),
        ("lib/site-packages/y.py", ""),
        ("lib/y.py", ""),
    ]);
    std::os::unix::fs::symlink("../env/in_it", folder.path().join("lib/x")).expect("a link can be made");
    std::os::unix::fs::symlink("lib/site-packages", folder.path().join("shared")).expect("a link can be made");
    let found = told(&modules(folder.path(), Some("lib/site-packages:env/in_it:shared")), "a.py");
    assert_eq!(found, ["lib/y.py < a.py"]);
}

#[test]
fn the_folder_of_a_task_is_where_its_file_is() {
    let outside = folder(&[("linked.py", "import x"), ("x.py", "import y"), ("y.py", "")]);
    let folder = folder(&[("real/task.py", "import x"), ("real/x.py", ""), ("tasks/x.py", ""), ("x.py", "")]);
    let link = |to: &Path, from: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(from)).expect("a link can be made");
    };
    link(Path::new("../real/task.py"), "tasks/task.py");
    link(Path::new("real"), "alias");
    link(&outside.path().join("linked.py"), "tasks/linked.py");
    link(outside.path(), "far");
    let modules = modules(folder.path(), None);
    assert_eq!(told(&modules, "tasks/task.py"), ["real/x.py < tasks/task.py"]);
    assert_eq!(told(&modules, "alias/task.py"), ["real/x.py < alias/task.py"]);
    assert_eq!(told(&modules, "./real/task.py"), ["real/x.py < ./real/task.py"]);
    // Python looks where the link leads, and no module there has a name in the pipeline folder.
    assert_eq!(told(&modules, "tasks/linked.py"), [""; 0]);
    // These have one.
    assert_eq!(told(&modules, "far/linked.py"), ["far/x.py < far/linked.py", "far/y.py < far/x.py"]);
}

#[test]
fn links_that_lead_in_circles_come_to_an_end() {
    let folder = folder(&[("a.py", "import p.x"), ("p/__init__.py", ""), ("p/x.py", "from .p import x")]);
    std::os::unix::fs::symlink(".", folder.path().join("p/p")).expect("a link can be made");
    let found = modules(folder.path(), None).of("a.py");
    assert_eq!(found.iter().filter(|module| module.path == "p/x.py").count(), 1);
    assert!(found.len() < MOST_MODULES);
}

#[test]
fn what_cannot_be_read_as_python_is_a_module_all_the_same() {
    let folder = folder(&[("a.py", "import large, latin, wide, folder\nimport end"), ("x.py", ""), ("end.py", "")]);
    let large = format!("import x\n#{}", " ".repeat(LARGEST_SCRIPT as usize));
    write(folder.path(), &[("large.py", &large), ("folder.py/x", "")]);
    std::fs::write(folder.path().join("latin.py"), b"# coding: latin-1\ns = '\xe4'\nimport x\n")
        .expect("it is written");
    std::fs::write(folder.path().join("wide.py"), b"\xff\xfei\0").expect("it is written");
    let found = told(&modules(folder.path(), None), "a.py");
    assert_eq!(found, ["end.py < a.py", "large.py < a.py", "latin.py < a.py", "wide.py < a.py", "x.py < latin.py"]);
}

#[test]
fn no_task_has_modules_without_end() {
    let folder = folder(&[]);
    let count = MOST_MODULES + 10;
    for index in 0..count {
        std::fs::write(folder.path().join(format!("m{index}.py")), format!("import m{}", index + 1))
            .expect("it is written");
    }
    assert_eq!(modules(folder.path(), None).of("m0.py").len(), MOST_MODULES);
}

/// Tells, when Python ends, the file of each module that it has loaded.
const TELL: &str = "
import atexit, sys
def tell():
    with open(sys.argv[1], 'w') as told:
        for name, module in list(sys.modules.items()):
            if name != '__main__' and isinstance(getattr(module, '__file__', None), str):
                print(module.__file__, file=told)
atexit.register(tell)
";

/// The files that Python itself loads for a task of a pipeline folder.
fn loaded(folder: &Path, task: &str, python_path: &str) -> BTreeSet<String> {
    // What is looked for first outside the pipeline folder is the one thing that Python runs by itself.
    let outside = self::folder(&[("sitecustomize.py", TELL)]);
    let told = outside.path().join("told");
    let ended = Command::new("python3")
        .args(["-B".as_ref(), task.as_ref(), told.as_os_str()])
        .env("PYTHONPATH", format!("{}:{python_path}", outside.path().display()))
        .env_remove("PYTHONSAFEPATH")
        .current_dir(folder)
        .output()
        .expect("the tests need Python");
    assert!(ended.status.success(), "{task}: {}", String::from_utf8_lossy(&ended.stderr));
    let folder = folder.canonicalize().expect("it is there");
    let told = std::fs::read_to_string(told).expect("it was told");
    let files = told.lines().filter_map(|file| Path::new(file).strip_prefix(&folder).ok());
    files.map(|file| file.to_string_lossy().into_owned()).filter(|file| file != task).collect()
}

#[test]
fn what_python_loads_is_what_is_found() {
    let folder = folder(&[
        // Packages, with modules, names and both; a package before a file, a file before a folder.
        (
            "tasks/packages.py",
            "import a.b.c as c, d\nfrom a import name, x\nfrom both import *\nimport plain.y\nimport file",
        ),
        ("tasks/a/__init__.py", "name = 1\nfrom .made import *"),
        ("tasks/a/made.py", "x = 1\nfrom a.b import (c,  # why\n   z)\n"),
        ("tasks/a/b/__init__.py", "z = 1"),
        ("tasks/a/b/c.py", "from .. import b"),
        ("tasks/a/b/d.py", ""),
        ("tasks/d.py", "if True: import e; from e import f"),
        ("tasks/e/f.py", "def g():\n  from .h import (\n    i,\n  )\ng()"),
        ("tasks/e/h.py", "from .i import j\nfrom e.i import j\ni = 1"),
        ("tasks/e/i/j.py", ""),
        ("tasks/both.py", "import missing"),
        ("tasks/both/__init__.py", "__all__ = ['one',\n  'two']\n"),
        ("tasks/both/one.py", ""),
        ("tasks/both/two.py", ""),
        ("tasks/both/three.py", ""),
        ("tasks/plain/y.py", ""),
        ("tasks/file/__missing__.py", ""),
        ("tasks/file.py", "'import b'\n'''\nimport a.b.d\n'''\nf'{1:{2}}'"),
        // What is there already, whatever the folder has.
        ("tasks/first.py", "import sys, io, time, os, json, string\nimport __main__"),
        ("tasks/io.py", "import d"),
        ("tasks/time.py", "import d"),
        ("tasks/os.py", "import d"),
        ("tasks/sys.py", "import d"),
        ("tasks/json/__init__.py", "from . import decoder"),
        ("tasks/json/decoder.py", ""),
        // Names that are computed when it runs, and written out.
        (
            "tasks/dynamic.py",
            "import importlib\nfrom importlib import import_module\nimportlib.import_module('a.b.c')\n\
            import_module('.h', 'e')\n__import__('both')\nx = f\"{__import__('plain.y')}\"",
        ),
        // Relative imports: none for a task, nor for a module that is in no package.
        ("tasks/relative.py", "try:\n  from .d import x\nexcept ImportError:\n  import loose\n"),
        (
            "tasks/loose.py",
            "try:\n  from . import e\nexcept ImportError: pass\n\
            try:\n  from .. import z\nexcept ImportError: pass\nimport e.up",
        ),
        ("tasks/e/up.py", "try:\n  from ... import d\nexcept ImportError: pass\n"),
        // Circles, and a task that is a module, too.
        ("tasks/circle.py", "import turn\n"),
        ("tasks/turn.py", "import circle, turn\n"),
        // The path: one package in two folders, and what comes first.
        ("tasks/path.py", "import spread.one, spread.two, e.f, lib, near\nimport again.pkg.task\n"),
        ("tasks/spread/one.py", ""),
        ("lib/spread/two.py", "from . import one"),
        ("lib/e/f.py", ""),
        ("lib/near.py", ""),
        ("near.py", ""),
        ("lib/unused.py", ""),
        // One file under two names.
        ("again/pkg/__init__.py", ""),
        ("again/pkg/task.py", "try:\n  from .beside import x\nexcept ImportError:\n  import beside"),
        ("again/pkg/beside.py", "x = 1"),
        // Files as other systems write them.
        ("tasks/ends.py", "\u{feff}import d\r\nfrom a \\\r\n  import name\r\nimport both.one\r\n"),
    ]);
    let modules = modules(folder.path(), Some("lib:"));
    let tasks = ["packages", "first", "dynamic", "relative", "circle", "path", "ends"];
    let tasks = tasks.map(|task| format!("tasks/{task}.py"));
    for task in tasks.iter().map(String::as_str).chain(["again/pkg/task.py"]) {
        let found: BTreeSet<String> = modules.of(task).iter().map(|module| module.path.clone()).collect();
        assert_eq!(found, loaded(folder.path(), task, "lib:"), "{task}");
        assert!(!found.is_empty(), "{task}");
    }
}

#[test]
fn what_python_might_load_is_found_too() {
    let folder = folder(&[
        (
            "a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import b\ndef f(): import c\nif 0:\n  import d\nimport e",
        ),
        ("b.py", ""),
        ("c.py", ""),
        ("d.py", ""),
        ("e.py", ""),
    ]);
    let found: BTreeSet<String> =
        modules(folder.path(), None).of("a.py").iter().map(|module| module.path.clone()).collect();
    let loaded = loaded(folder.path(), "a.py", "");
    assert_eq!(loaded.iter().map(String::as_str).collect::<Vec<_>>(), ["e.py"]);
    assert_eq!(found, ["b.py", "c.py", "d.py", "e.py"].map(String::from).into());
}
