//! Order, failure, and what is told of them.

use crate::support::Sandbox;

#[test]
fn steps_run_in_data_order_wherever_they_stand() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: last, command: 'cat $1 > $3', inputs: {x: b.txt}, outputs: {-o: c.txt}}
  - {name: middle, command: 'cat $1 > $3', inputs: {x: a.txt}, outputs: {-o: b.txt}}
  - {name: first, command: 'echo hello > $2', outputs: {-o: a.txt}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&[]), @"");
    assert_eq!(sandbox.read("c.txt"), "hello\n");
}
