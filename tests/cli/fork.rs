//! A Python task that begins as a fork is held against the same one in an interpreter of its own.
//!
//! `LOOM_PYTHONS=/path/to/python:/another cargo test -p loom-cli --test cli fork` does so with other Pythons than that on PATH.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::{Sandbox, path};
use crate::survive::{Run, send};

/// What is imported once.
const MODULES: &str = "json, logging, random, decimal, multiprocessing, dataclasses, concurrent.futures";

/// Scripts, each a step of its name. What they print is the same in every run of an interpreter of its own.
#[rustfmt::skip]
const SCRIPTS: &[(&str, &str)] = &[
    ("arguments", "import sys; print(sys.argv, sys.path, __file__, __name__, sys.flags, sys.executable, sys.orig_argv[1:] if hasattr(sys, 'orig_argv') else 0)"),
    ("module", "import sys; print(list(globals()), __doc__, __package__, __spec__, type(__loader__), __loader__.path, __builtins__, sys.modules['__main__'].__dict__ is globals())"),
    ("documented", "'''What it does.'''\nprint(__doc__)"),
    ("environment", "import os; print([(k, v) for k, v in os.environ.items() if k != 'LOOM_RUN_ID'], os.getcwd())\nprint(os.popen('echo $LOOM_STEP').read())"),
    ("seen", "import os; print([w for w in open('/proc/self/environ').read().split(chr(0)) if w.startswith('LOOM_STEP')]); print(open('/proc/self/cmdline').read().strip(chr(0)))"),
    ("streams", "import sys, os\nfor s in (sys.stdin, sys.stdout, sys.stderr): print(s.name, s.mode, s.encoding, s.errors, s.line_buffering, type(s.buffer).__name__, s.fileno(), os.get_inheritable(s.fileno()), s.isatty())\nprint(sorted(os.listdir('/proc/self/fd')), sys.stdin is sys.__stdin__, repr(sys.stdin.newlines), sys.stdin.seekable())"),
    ("input", "import sys; print(repr(sys.stdin.read()))\ninput()"),
    ("group", "import os; print(os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid())"),
    ("exit_0", "import sys; sys.exit()"),
    ("exit_3", "import sys; print('x'); sys.exit(3)"),
    ("exit_300", "raise SystemExit(300)"),
    ("exit_text", "import sys; sys.exit('no more')"),
    ("exit_at_once", "import os; print('gone'); os._exit(7)"),
    ("exit_object", "raise SystemExit([1, 2])"),
    ("uncaught", "def f(n):\n    if n: f(n - 1)\n    raise ValueError('größe')\nf(2)"),
    ("chained", "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error"),
    ("again", "try:\n    {}['a']\nexcept KeyError:\n    int('b')"),
    ("syntax", "print('never')\nx = = 1"),
    ("indent", "if 1:\nprint(1)"),
    ("encoding", "# -*- coding: latin-1 -*-\nprint('ok')"),
    ("warning", "import warnings\nwarnings.warn('old', DeprecationWarning)\nprint(1 is 1)"),
    ("hook", "import sys\nsys.excepthook = lambda kind, value, trace: print('hook', kind, value, trace.tb_lineno, trace.tb_next, sys.last_value)\nraise OSError(5)"),
    ("hook_exit", "import sys\ndef hook(kind, value, trace): sys.exit(9)\nsys.excepthook = hook\n1/0"),
    ("interrupted", "raise KeyboardInterrupt('by hand')"),
    ("signal_int", "import os, signal; print(signal.getsignal(2) is signal.default_int_handler, [signal.getsignal(s) for s in (1, 15, 13, 17)]); os.kill(os.getpid(), 2)"),
    ("signal_term", "import os; os.kill(os.getpid(), 15)"),
    ("signal_kill", "import os; os.kill(os.getpid(), 9)"),
    ("crash", "import os; os.abort()"),
    ("fault", "import faulthandler, os, signal; faulthandler.enable(); print(faulthandler.is_enabled())"),
    ("mask", "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"),
    ("handled", "import signal, os, sys\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(4))\nos.kill(os.getpid(), 15)\nimport time; time.sleep(60)"),
    ("unfinished_line", "import sys; sys.stdout.write('half')"),
    ("bytes", "import sys; sys.stdout.buffer.write(bytes(range(256)))"),
    ("unicode", "print('größe 数 \\N{SNOWMAN}')"),
    ("much", "for i in range(20000): print('line', i, 'x' * 50)"),
    ("child", "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import os; print(os.environ[\"LOOM_STEP\"], input)'], capture_output=True, text=True).stdout)"),
    ("shell", "import os; os.system('echo from a shell; exit 3')"),
    ("exec", "import os; os.execvp('echo', ['echo', 'another program'])"),
    ("forks", "import os\npid = os.fork()\nif pid == 0:\n    print('child'); raise SystemExit(5)\nprint(os.waitpid(pid, 0)[1])"),
    ("pool", "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('fork').Pool(2) as p: print(p.map(f, range(5)))"),
    ("spawned", "import multiprocessing as m\ndef f(q): q.put(__name__)\nif __name__ == '__main__':\n    c = m.get_context('spawn'); q = c.Queue(); p = c.Process(target=f, args=(q,)); p.start(); print(q.get()); p.join(); print(p.exitcode, m.current_process().name, m.parent_process())"),
    ("executor", "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as pool: print(list(pool.map(str, range(4))))"),
    ("thread", "import threading, time\ndef late():\n    time.sleep(0.05); print('late')\nthreading.Thread(target=late).start()\nprint('main ends', threading.main_thread() is threading.current_thread(), threading.active_count())"),
    ("daemon", "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint('ends')"),
    ("thread_fails", "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t'); t.start(); t.join()"),
    ("atexit", "import atexit\natexit.register(print, 'first'); atexit.register(print, 'second'); print('body')"),
    ("atexit_fails", "import atexit\natexit.register(int, 'x')\nprint('body')"),
    ("logged", "import logging; logging.basicConfig(); logging.warning('careful %s', 1); logging.getLogger('x').info('unseen')"),
    ("deleted", "class Loud:\n    def __del__(self): print('gone')\nkept = Loud()\nkept.itself = kept\nother = Loud()"),
    ("unclosed", "import os\nf = open('unclosed-' + os.environ['LOOM_STEP'], 'w'); f.write('kept')"),
    ("local", "import helper.part, other\nprint(helper.part.__file__, helper.part.value, other.__name__, helper.__spec__.name)"),
    ("pickled", "import pickle\nclass A:\n    def __init__(self, x): self.x = x\nprint(pickle.loads(pickle.dumps(A(3))).x, A.__module__, A.__qualname__)"),
    ("data_class", "from dataclasses import dataclass, field\nfrom typing import List\n@dataclass(order=True)\nclass P:\n    x: int\n    y: List['P'] = field(default_factory=list)\nprint(P(1), P(1) < P(2))\nimport typing; print(typing.get_type_hints(P))"),
    ("source", "import inspect\ndef f():\n    return 1\nclass C: pass\nprint(inspect.getsource(f), inspect.getfile(f), inspect.getsource(C))"),
    ("annotated", "x: int = 1\nprint(x)"),
    ("future", "from __future__ import annotations\ndef f(x: Unknown): pass\nprint(f.__annotations__)"),
    ("recursion", "import sys\nprint(sys.getrecursionlimit())\ndef f(): return f()\ntry: f()\nexcept RecursionError as e: print('deep')"),
    ("random", "import random, os\nopen('random-%s.txt' % os.environ['LOOM_STEP'], 'w').write(str(random.random())); random.seed(1); print(random.random())"),
    ("collected", "import gc, weakref\nclass A: pass\na = A(); a.a = a; w = weakref.ref(a); del a; gc.collect(); print(w(), gc.isenabled(), gc.get_threshold())"),
    ("times", "import time; print(time.process_time() < 5, time.perf_counter() > 0)"),
    ("limits", "import resource; print([resource.getrlimit(r) for r in (resource.RLIMIT_NOFILE, resource.RLIMIT_STACK)]); import os; print(os.umask(0o22))"),
    ("decimals", "import decimal; print(decimal.getcontext(), decimal.Decimal(1) / 3)"),
    ("modules", "import sys; print(len(sys.path_hooks), sys.meta_path[-1], 'serve' in globals(), sys.stdin.closed)"),
    ("closed", "import sys; sys.stdout.close()"),
];

/// What came of a unit: how it ended, and what it wrote to either stream. The two are not in step with each other.
type Ends = BTreeMap<String, (String, String, String)>;

fn pythons() -> Vec<PathBuf> {
    let list = std::env::var_os("LOOM_PYTHONS");
    let on_path =
        || std::env::split_paths(&path()).map(|folder| folder.join("python3")).find(|python| python.is_file());
    list.map_or_else(|| on_path().into_iter().collect(), |list| std::env::split_paths(&list).collect())
}

/// The same without what was still running at the end: whether a helper of `multiprocessing` is by then is chance.
fn without_leaks(ends: Ends) -> Ends {
    let without = |outcome: String| outcome.split_inclusive("\" ").filter(|part| !part.starts_with("leaked")).collect();
    ends.into_iter().map(|(unit, (outcome, out, err))| (unit, (without(outcome), out, err))).collect()
}

/// Runs the pipeline that is there, for whose Python this is said, and returns what came of the units and was noted.
fn run(sandbox: &Sandbox, python: &str) -> (Ends, Vec<String>) {
    let steps = sandbox.read("steps.yml");
    sandbox.write("pipeline.yml", format!("execution: {{max_workers: 2, python: {python}}}\n{steps}"));
    let _ = std::fs::remove_file(sandbox.path().join("events.jsonl"));
    let mut command = sandbox.command(&["--force", "-q", "--events", "events.jsonl", "--grace", "0.3"]);
    command.env("PYTHONPATH", sandbox.path().join("lib")).output().unwrap();
    let (mut ends, mut notes) = (Ends::new(), Vec::new());
    for line in sandbox.read("events.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let event = &line["what"];
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let (outcome, stdout, stderr) = ends.entry(text("unit")).or_default();
        match &*text("event") {
            "unit_output" if text("stream") == "stdout" => *stdout += &text("text"),
            "unit_output" => *stderr += &text("text"),
            "unit_finished" => *outcome += &event["outcome"].to_string(),
            "unit_leaked" => *outcome += &format!("leaked {} ", event["leak"]["command"]),
            "run_warned" => notes.push(text("message")),
            _ => {}
        }
    }
    (ends, notes)
}

fn with_scripts(scripts: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut steps = String::from("pipeline:\n");
    for (name, script) in scripts {
        sandbox.write(&format!("tasks/{name}_.py"), script);
        steps += &format!("  - {{name: {name}, task: tasks/{name}_.py, args: {{--name: a b, --größe: '*'}}}}\n");
    }
    sandbox.write("steps.yml", steps);
    sandbox.write("tasks/helper/__init__.py", "").write("tasks/helper/part.py", "from . import __name__ as value\n");
    sandbox.write("tasks/other.py", "import helper\n");
    sandbox
}

#[test]
fn a_fork_is_like_an_interpreter_of_its_own() {
    for python in pythons() {
        let sandbox = with_scripts(SCRIPTS);
        let python = python.display();
        let (fresh, _) = run(&sandbox, &format!("{{interpreter: {python}}}"));
        let (forked, notes) = run(&sandbox, &format!("{{interpreter: {python}, preload: [{MODULES}]}}"));
        assert_eq!(notes, [""; 0]);
        assert_eq!(
            [&fresh, &forked].map(|ends| ends.keys().filter(|unit| !unit.is_empty()).count()),
            [SCRIPTS.len(); 2]
        );
        let [fresh, forked] = [fresh, forked].map(without_leaks);
        let differs = |(unit, fresh): (&String, &(String, String, String))| {
            let forked = &forked[unit];
            (forked != fresh).then(|| format!("--- {unit} by {python}\nforked {forked:?}\nfresh  {fresh:?}\n"))
        };
        let differences: String = fresh.iter().filter_map(differs).collect();
        assert!(differences.is_empty(), "{differences}");
    }
}

#[test]
fn what_is_left_running_is_found_as_ever() {
    let sandbox = with_scripts(&[
        ("child", "import subprocess; subprocess.Popen(['sleep', '61']); print('x')"),
        ("session", "import subprocess; subprocess.Popen(['sleep', '62'], start_new_session=True)"),
        (
            "bare_fork",
            "import os, time\nchild = os.fork()\nif child == 0:\n    os.setsid()\n    os._exit(0) if os.fork() else time.sleep(63)\nos.waitpid(child, 0)",
        ),
        ("late", "import time, signal\nsignal.signal(15, signal.SIG_IGN)\nprint('so far')\ntime.sleep(64)"),
        ("polite", "import time, signal\nsignal.signal(15, lambda *a: print('told') or exit(8))\ntime.sleep(65)"),
    ]);
    let steps = ["late", "polite"].iter().fold(sandbox.read("steps.yml"), |steps, name| {
        steps.replace(&format!("name: {name}, "), &format!("name: {name}, timeout: 1s, "))
    });
    sandbox.write("steps.yml", steps);
    let (fresh, _) = run(&sandbox, "{}");
    let (forked, notes) = run(&sandbox, &format!("{{preload: [{MODULES}]}}"));
    assert_eq!(notes, [""; 0]);
    assert_eq!(units(&fresh), units(&forked));
    for unit in ["child", "session", "bare_fork"] {
        assert!(fresh[unit].0.starts_with("leaked"), "{unit}: {:?}", fresh[unit]);
    }
    assert!(fresh["late"].0.contains("timed_out") && fresh["polite"].1 == "told\n", "{fresh:?}");
}

/// Tells whether the server had imported a module before the script began.
const IS_FORKED: &str = "import sys; print('decimal' in sys.modules)\n";

fn is_forked(sandbox: &Sandbox, unit: &str, python: &str) -> (bool, Vec<String>) {
    let (ends, notes) = run(sandbox, python);
    let (outcome, stdout, stderr) = &ends[unit];
    assert!(["True\n", "False\n"].contains(&stdout.as_str()), "{outcome} {stdout} {stderr}");
    (stdout == "True\n", notes)
}

#[test]
fn what_is_preloaded_is_there() {
    let sandbox = with_scripts(&[("step", IS_FORKED)]);
    assert_eq!(is_forked(&sandbox, "step", "{preload: [decimal]}"), (true, vec![]));
    assert_eq!(is_forked(&sandbox, "step", "{preload: [xml.dom]}"), (false, vec![]));
    assert_eq!(is_forked(&sandbox, "step", "{preload: []}"), (false, vec![]));
}

#[test]
fn what_cannot_be_preloaded_runs_as_ever_and_that_is_told_once() {
    let cases = [
        ("[no_such_module]", "`import no_such_module` fails: ModuleNotFoundError: No module named 'no_such_module'"),
        ("[decimal, fails]", "`import fails` fails: ValueError: not today"),
        ("[threads]", "`import threads` starts a thread (for ever), which a fork would be without"),
        ("[starts]", "`import starts` starts a process"),
        ("[says]", "as the modules are imported, `hello from a module` is written"),
        ("[ends]", "the interpreter that was to import the modules has ended"),
    ];
    let sandbox = with_scripts(&[("one", IS_FORKED), ("two", IS_FORKED), ("three", "raise SystemExit(3)")]);
    let thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True, name='for ever').start()\n";
    sandbox.write("lib/threads.py", thread);
    sandbox.write("lib/fails.py", "raise ValueError('not today')\n");
    sandbox.write("lib/starts.py", "import subprocess\nsubprocess.Popen(['sleep', '60'])\n");
    sandbox.write("lib/says.py", "print('hello from a module', flush=True)\n");
    sandbox.write("lib/ends.py", "import os\nos._exit(0)\n");
    let (fresh, _) = run(&sandbox, "{}");
    for (modules, why) in cases {
        let (ends, notes) = run(&sandbox, &format!("{{preload: {modules}}}"));
        assert_eq!(notes, [format!("`preload` has no effect, and each Python task starts an interpreter: {why}")]);
        assert_eq!(units(&ends), units(&fresh), "{modules}");
    }
}

fn units(ends: &Ends) -> Vec<(&String, &(String, String, String))> {
    ends.iter().filter(|(unit, _)| !unit.is_empty()).collect()
}

#[test]
fn a_lost_server_costs_nobody_a_result() {
    let lost = "import os, time; os.kill(os.getppid(), 9); time.sleep(0.1); print('on'); raise SystemExit(6)";
    let sandbox = with_scripts(&[("killer", lost), ("later", IS_FORKED), ("last", IS_FORKED)]);
    let (ends, notes) = run(&sandbox, "{preload: [decimal]}, parallel: false");
    assert_eq!(ends["killer"], (r#"{"outcome":"exited","code":6}"#.to_owned(), "on\n".to_owned(), String::new()));
    assert_eq!([&*ends["later"].1, &*ends["last"].1], ["False\n", "False\n"]);
    let told =
        "`preload` has no effect, and each Python task starts an interpreter: the interpreter that forks has ended";
    assert_eq!(notes, [told]);
}

#[test]
fn what_stands_beside_a_script_goes_before_what_is_preloaded() {
    let sandbox = with_scripts(&[("step", "import decimal; print(decimal.__file__.endswith('tasks/decimal.py'))\n")]);
    sandbox.write("tasks/decimal.py", "");
    let (forked, notes) = is_forked(&sandbox, "step", "{preload: [decimal]}");
    assert!(forked, "the script's own module was imported");
    let path = sandbox.path();
    let why = format!("`{}/tasks/decimal.py` is imported instead of the module of that name", path.display());
    assert_eq!(notes, [format!("an interpreter of its own runs step: {why}")]);
}

#[test]
fn a_module_sees_the_variables_of_the_unit() {
    let scripts: Vec<String> = (0..6).map(|number| format!("v{number}")).collect();
    let script = "import seen; print(seen.VALUE)\n";
    let sandbox = with_scripts(&scripts.iter().map(|name| (name.as_str(), script)).collect::<Vec<_>>());
    sandbox.write("lib/seen.py", "import os\nVALUE = os.environ.get('VALUE')\n");
    let steps = (0..6).fold(sandbox.read("steps.yml"), |steps, number| {
        steps.replace(&format!("name: v{number}, "), &format!("name: v{number}, env: {{VALUE: {number}}}, "))
    });
    sandbox.write("steps.yml", steps);
    let (ends, notes) = run(&sandbox, "{preload: [seen]}");
    let values: Vec<&str> = units(&ends).into_iter().map(|(_, (_, stdout, _))| stdout.trim_end()).collect();
    assert_eq!((values, notes), (vec!["0", "1", "2", "3", "4", "5"], vec![]));
}

#[test]
fn whether_a_unit_was_forked_is_no_reason_to_run_it_again() {
    let sandbox = Sandbox::new();
    sandbox.write("tasks/make.py", "import sys; open(sys.argv[2], 'w').write('made')\n");
    let pipeline = |python: &str| {
        let step = "{name: make, task: tasks/make.py, outputs: {--to: made.txt}}";
        sandbox.write("pipeline.yml", format!("execution: {{python: {python}}}\npipeline: [{step}]\n"));
        sandbox.loom(&[])
    };
    assert!(pipeline("{preload: [json]}").contains("1 step: 1 ok"));
    for python in ["{}", "python3", "{preload: [json, decimal]}"] {
        assert!(pipeline(python).contains("1 up to date"), "{python}");
    }
}

/// Steps that ignore SIGTERM and have children that left their group, and a pipeline that forks for them.
fn that_stay() -> Sandbox {
    let script = "import subprocess, signal, time\nsignal.signal(15, signal.SIG_IGN)\nsignal.signal(2, signal.SIG_IGN)\n\
        subprocess.Popen(['sleep', '600'], start_new_session=True)\nopen(__file__ + '.begun', 'w')\ntime.sleep(600)\n";
    let sandbox = with_scripts(&[("one", script), ("two", script)]);
    let steps = sandbox.read("steps.yml");
    sandbox.write("pipeline.yml", format!("execution: {{max_workers: 2, python: {{preload: [json]}}}}\n{steps}"));
    sandbox
}

fn begun(run: &Run) {
    crate::support::until(|| ["one", "two"].iter().all(|name| run.sandbox.has(&format!("tasks/{name}_.py.begun"))));
}

#[test]
fn a_killed_runner_leaves_no_fork() {
    for victim in [2, 1, 0] {
        let mut run = Run::start(that_stay(), &[]);
        let chain = run.chain();
        begun(&run);
        send("KILL", &[&chain[victim].to_string()]);
        run.end();
        run.is_gone("after the kill of the runner or of a supervisor");
    }
}

#[test]
fn a_stopped_run_leaves_no_fork() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut run = Run::start(that_stay(), &["--grace", "0.2"]);
        let chain = run.chain();
        begun(&run);
        send(signal, &[&chain[0].to_string()]);
        assert_eq!(run.end().0, Some(code));
        run.is_gone("after the end of the run");
    }
}
