//! Conditions and switches: what they mean, and what can be wrong with them.

use loom_graph::{OnPaper, Part, Selection, Target, Work};
use loom_spec::Source;

#[test]
fn a_branch_waits_for_its_switch() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {table: data/table.csv, small: out/small.txt}
parameters: {fast: true}
pipeline:
  - {name: quick, command: [q], inputs: {t: $route.then}, args: {--really: $is_big}}
  - {name: slow, command: [s], args: {--table: $route.else, --fast: $fast}}
  - {name: other, command: [o], inputs: {t: $by_parameter.else}}
  - {name: route, kind: switch, condition: $is_big, data: $table}
  - {name: by_parameter, kind: switch, condition: $fast, data: $small}
  - {name: is_big, kind: condition, predicate: count, inputs: {data: $table}, args: {n: 3}, negate: true}
  - {name: asked, kind: condition, script: ask.py, inputs: {data: $small, again: $is_big}, args: {tol: $fast}, optional: true}
  - {name: make, command: [m], outputs: {-o: $table}}
"), @"
    by_parameter
      leads   by $fast
      hands on out/small.txt

    other
      runs    o out/small.txt
      reads   out/small.txt
      only    if `by_parameter` leads to `else`

    make
      runs    m -o data/table.csv
      writes  data/table.csv

    is_big
      asks    not count
      looks at data/table.csv  from make

    route
      leads   by $is_big
      needs   the answer of is_big
      hands on data/table.csv  from make

    quick
      runs    q data/table.csv --really $is_big
      reads   data/table.csv  from make
      needs   the answer of is_big
      only    if `route` leads to `then`

    slow
      runs    s --table data/table.csv --fast
      reads   data/table.csv  from make
      only    if `route` leads to `else`

    asked  (optional)
      asks    ask.py
      looks at out/small.txt
      needs   the answer of is_big
    ");
}

#[test]
fn what_is_wrong_with_conditions_and_switches_is_told() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {table: data/table.csv, both: both.txt}
parameters: {word: text}
pipeline:
  - {name: no_test, kind: condition, inputs: {data: $table}}
  - {name: two_tests, kind: condition, predicate: exists, script: s.py, inputs: {data: $table}}
  - {name: misspelt, kind: condition, predicate: exsits, inputs: {data: $table}}
  - {name: no_data, kind: condition, predicate: is_file, inputs: {path: $table}}
  - {name: empty, kind: condition, predicate: is_file, inputs: {data: }}
  - {name: sign, kind: condition, predicate: count, inputs: {data: $table}, args: {op: =>, n: many, patern: '*'}}
  - {name: unknown, kind: condition, script: s.py, inputs: {data: $tabel}}
  - {name: outputs, kind: condition, predicate: exists, inputs: {data: $table}, outputs: {-o: x}}
  - {name: both, kind: condition, predicate: exists, inputs: {data: $table}}
  - {name: no_condition, kind: switch, data: $table}
  - {name: no_reference, kind: switch, condition: both, data: $table}
  - {name: a_word, kind: switch, condition: $word, data: $table}
  - {name: a_file, kind: switch, condition: $table, data: $table}
  - {name: nothing_to_hand_on, kind: switch, condition: $sign}
  - {name: route, kind: switch, condition: $sign, data: $table}
  - {name: a, command: [x], inputs: {i: $route}}
  - {name: b, command: [x], inputs: {i: $route.thn}}
  - {name: c, command: [x], inputs: {i: $nothing_to_hand_on.then}}
  - {name: d, command: [x], inputs: {i: $sign}, outputs: {-o: $route.then}}
  - {name: e, kind: conditon, predicate: exists, inputs: {data: $table}}
  - {name: f, kind: loop, task: x.py}
  - {name: g, predicate: exists, inputs: {data: $table}}
  - {name: h, condition: $sign, data: $table}
  - {name: i, kind: task, command: [x]}
"), @"
    5:6: error[missing-key]: a condition has nothing to find out
      at 5:6: expected a key `predicate` or `script` in this step
    6:59: error[two-programs]: a condition has one of `predicate` and `script`
      at 6:59: a second one
      at 6:40: the first one
      help: keep one of them; what one step cannot do, two steps can
    7:50: error[unknown-predicate]: there is no predicate `exsits`
      at 7:50: unknown
      help: did you mean `exists`?
    8:12: error[missing-key]: `is_file` has nothing to look at
      at 8:12: expected an input `data` in this step
      help: write `inputs: {data: $name}`
    8:67: warning[no-effect]: `is_file` makes nothing of `path`
      at 8:67: not looked at
      help: did you mean `data`?
    9:65: error[wrong-kind]: the input `data` has no value
      at 9:65: expected what to look at, such as `$name`
    10:68: error[cycle]: the steps wait for each other: sign → route → d → sign
      at 10:68: `sign` reads `table`, which `d` makes
      at 19:44: `route` needs the answer of `sign`
      at 23:63: `d` needs the answer of `route`
      help: one of these steps must read something else
    10:88: error[wrong-kind]: `op` cannot be `=>`
      at 10:88: expected one of == != > < >= <=
    10:95: error[wrong-kind]: `n` cannot be `many`
      at 10:95: expected a number
    10:101: warning[no-effect]: `count` makes nothing of `patern`
      at 10:101: not looked at
      help: did you mean `pattern`?
    11:67: error[unknown-name]: nothing is named `tabel`
      at 11:67: no such data node or parameter
      help: did you mean `$table`?
    12:81: error[unknown-key]: `outputs` is not a key of a condition
      at 12:81: unknown key
      help: `outputs` is a key of a step
    13:12: error[name-clash]: `both` is both a condition and a data node
      at 13:12: the condition
      at 2:31: the data node
      help: `$name` could mean either: rename one of the two
    14:6: error[missing-key]: a switch has no condition
      at 14:6: expected a key `condition` in this step
    15:51: error[wrong-kind]: `no_reference` cannot decide by a data node
      at 15:51: expected a condition, or a parameter that is true or false
    16:45: error[wrong-kind]: `a_word` cannot decide by `text`
      at 16:45: expected a condition, or a parameter that is true or false
    17:45: error[wrong-kind]: `a_file` cannot decide by a data node
      at 17:45: expected a condition, or a parameter that is true or false
    20:41: error[unknown-name]: the switch `route` has two ways, `then` and `else`
      at 20:41: which of the two?
      help: write `$route.then` or `$route.else`
    21:41: error[unknown-name]: the switch `route` has two ways, `then` and `else`
      at 21:41: which of the two?
      help: did you mean `$route.then`?
    22:41: error[wrong-kind]: a switch without `data` to hand on cannot be passed to a task
      at 22:41: stands for nothing
      help: write `data: $name` in the switch
    23:41: error[wrong-kind]: a path is expected here, and `$sign` is the answer of a condition
      at 23:41: expected a path
    23:63: error[wrong-kind]: a path is expected here, and `$route.then` is what a switch hands on
      at 23:63: expected a path
    24:21: error[unknown-kind]: there is no kind of step `conditon`
      at 24:21: expected `condition` or `switch`
      help: did you mean `condition`?
    25:21: error[unknown-kind]: there is no kind of step `loop`
      at 25:21: expected `condition` or `switch`
      help: a step that runs something needs no `kind`
    26:15: error[missing-key]: a step with `predicate` has no `kind`
      at 26:15: a key of a condition
      help: write `kind: condition` in this step
    27:15: error[missing-key]: a step with `condition` has no `kind`
      at 27:15: a key of a switch
      help: write `kind: switch` in this step
    ");
}

#[test]
fn a_condition_that_leads_back_to_itself_is_a_cycle() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {a: a.txt, b: b.txt}
pipeline:
  - {name: ask, kind: condition, predicate: exists, inputs: {data: $b}}
  - {name: route, kind: switch, condition: $ask, data: $a}
  - {name: make, command: [m], inputs: {i: $route.then}, outputs: {-o: $b}}
"), @"
    4:68: error[cycle]: the steps wait for each other: ask → route → make → ask
      at 4:68: `ask` reads `b`, which `make` makes
      at 5:44: `route` needs the answer of `ask`
      at 6:44: `make` needs the answer of `route`
      help: one of these steps must read something else
    ");
}

#[test]
fn values_are_those_of_python() {
    let text = "
data: {d: ./x.txt}
parameters: {int: 007, float: 1e-3, text: '5', list: [1, a, null], yes: true}
pipeline:
  - name: ask
    kind: condition
    script: ask.py
    inputs: {path: $d, int: $int, float: $float, text: $text, list: $list, flag: $yes}
    args: {hex: 0x1F, big: 123456789012345678901234567890, minus: -5, inf: -.inf, time: 12:30, word: yes, none: ~, map: {a: 1}, dot: .5, two: 1.2.3}
";
    let checked = loom_graph::check(loom_spec::parse(&Source::new("p.yml", text)), &OnPaper);
    let graph = checked.graph.expect("it is sound");
    let step = graph.run_order().next().expect("there is one");
    let Work::Question(question) = graph.work(&graph.unit(step, Part::Whole), loom_graph::Facts::NONE) else {
        panic!("a question")
    };
    let lines: Vec<String> = question.values.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    path: Text("./x.txt")
    int: Int("7")
    float: Float(0.001)
    text: Text("5")
    list: List([Int("1"), Text("a"), Nothing])
    flag: Bool(true)
    hex: Int("31")
    big: Int("123456789012345678901234567890")
    minus: Int("-5")
    inf: Float(-inf)
    time: Text("12:30")
    word: Text("yes")
    none: Nothing
    map: Map([("a", Int("1"))])
    dot: Float(0.5)
    two: Text("1.2.3")
    "#);
}

#[test]
fn an_answer_that_nobody_asks_for_is_missed() {
    let text = "
data: {d: x.txt}
pipeline:
  - {name: ask, kind: condition, predicate: exists, inputs: {data: $d}}
  - {name: route, kind: switch, condition: $ask, data: $d}
  - {name: then, command: [x], inputs: {i: $route.then}}
  - {name: flag, command: [x], args: {--there: $ask}}
";
    let source = Source::new("p.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    let plan = |steps: &[&str]| {
        let target = Target::Steps(steps.iter().map(|step| (*step).to_owned()).collect());
        match checked.plan(&Selection { target, include: Vec::new() }, &OnPaper) {
            Ok(plan) => plan.steps().iter().map(|step| format!("{}\n", plan.graph().name(*step))).collect(),
            Err(problems) => loom_graph::render::problems(&source, &problems),
        }
    };
    insta::assert_snapshot!(plan(&["route", "flag"]), @"
    5:44: error[missing-answer]: `route` needs the answer of `ask`, which does not run
      at 5:44: not found out
      help: select it, too: `--step ask route`
    7:48: error[missing-answer]: `flag` needs the answer of `ask`, which does not run
      at 7:48: not found out
      help: select it, too: `--step ask flag`
    ");
    // A branch alone is not held up by a switch that does not run.
    insta::assert_snapshot!(plan(&["then"]), @"then");
    insta::assert_snapshot!(plan(&["route", "ask"]), @"
    ask
    route
    ");
}

#[test]
fn switches_hand_on_to_one_another() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {pay: pay.txt}
parameters: {use: true, w: false}
pipeline:
  - {name: one, kind: switch, condition: $use, data: $pay}
  - {name: two, kind: switch, condition: $w, data: $one.then}
  - {name: k, command: [x], inputs: {p: $two.then}}
"), @"
    one
      leads   by $use
      hands on pay.txt

    two
      leads   by $w
      hands on pay.txt
      only    if `one` leads to `then`

    k
      runs    x pay.txt
      reads   pay.txt
      only    if `two` leads to `then`
    ");
    insta::assert_snapshot!(loom_graph::snapshot("
parameters: {use: true}
pipeline:
  - {name: one, kind: switch, condition: $use, data: $two.then}
  - {name: two, kind: switch, condition: $use, data: $one.then}
  - {name: none, kind: switch, condition: $use}
  - {name: k, command: [x], inputs: {p: $none.then}}
"), @"
    4:54: error[wrong-kind]: a circle of switches cannot be passed to a task
      at 4:54: stands for nothing
      help: write `data: $name` in the switch
    5:54: error[wrong-kind]: a circle of switches cannot be passed to a task
      at 5:54: stands for nothing
      help: write `data: $name` in the switch
    7:41: error[wrong-kind]: a switch without `data` to hand on cannot be passed to a task
      at 7:41: stands for nothing
      help: write `data: $name` in the switch
    ");
}
