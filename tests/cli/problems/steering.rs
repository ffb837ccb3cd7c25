//! The keys that steer a step.

use super::refused;

#[test]
fn times_and_retries() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: a, command: [x], timeout: 30 minutes, retries: often}
  - {name: b, command: [x], timeout: 0, retries: {delay: 5s}}
  - {name: c, command: [x], timeout: , retries: {max: -1, dleay: soon}}
  - {name: d, command: [x], timeout: [1h], retries: {max: 1, on: exit}}
  - {name: e, command: [x], timeout: 20000d, retries: {max: 1, on: [signl, 137]}}
  - {name: f, command: [x], timeout: 30m1h, retries: {max: 1, on: []}}
  - {name: g, command: [x], timout: 1h, max: 2}
"), @"
    exit 2
    --- stderr
    error: `timeout` cannot be `30 minutes`
     --> ./pipeline.yml:2:38
      |
    2 |   - {name: a, command: [x], timeout: 30 minutes, retries: often}
      |                                      ^^^^^^^^^^ expected seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`

    error: `retries` cannot be `often`
     --> ./pipeline.yml:2:59
      |
    2 |   - {name: a, command: [x], timeout: 30 minutes, retries: often}
      |                                                           ^^^^^ expected a whole number, or a mapping with the key `max`

    error: `timeout` cannot be `0`
     --> ./pipeline.yml:3:38
      |
    3 |   - {name: b, command: [x], timeout: 0, retries: {delay: 5s}}
      |                                      ^ expected more than no time
      |
      = help: leave the key out, if a step may take as long as it takes

    error: `retries` does not say how many
     --> ./pipeline.yml:3:50
      |
    3 |   - {name: b, command: [x], timeout: 0, retries: {delay: 5s}}
      |                                                  ^^^^^^^^^^^ expected a key `max` in this mapping

    error: `timeout` cannot be empty
     --> ./pipeline.yml:4:36
      |
    4 |   - {name: c, command: [x], timeout: , retries: {max: -1, dleay: soon}}
      |                                    ^ expected seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`

    error: `max` cannot be `-1`
     --> ./pipeline.yml:4:55
      |
    4 |   - {name: c, command: [x], timeout: , retries: {max: -1, dleay: soon}}
      |                                                       ^^ expected a whole number, 0 or more

    error: `dleay` is not a key of `retries`
     --> ./pipeline.yml:4:59
      |
    4 |   - {name: c, command: [x], timeout: , retries: {max: -1, dleay: soon}}
      |                                                           ^^^^^ unknown key
      |
      = help: did you mean `delay`?

    error: `delay` cannot be `soon`
     --> ./pipeline.yml:4:66
      |
    4 |   - {name: c, command: [x], timeout: , retries: {max: -1, dleay: soon}}
      |                                                                  ^^^^ expected seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`

    error: `timeout` cannot be a list
     --> ./pipeline.yml:5:38
      |
    5 |   - {name: d, command: [x], timeout: [1h], retries: {max: 1, on: exit}}
      |                                      ^^^^ expected seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`

    error: `on` cannot be `exit`
     --> ./pipeline.yml:5:66
      |
    5 |   - {name: d, command: [x], timeout: [1h], retries: {max: 1, on: exit}}
      |                                                                  ^^^^ expected a list of: signal, timeout, exit

    error: `timeout` cannot be `20000d`
     --> ./pipeline.yml:6:38
      |
    6 | ...x], timeout: 20000d, retries: {max: 1, on: [signl, 137]}}
      |                 ^^^^^^ expected ten years (`3650d`) at most

    error: nothing fails by `signl`
     --> ./pipeline.yml:6:69
      |
    6 | ...00d, retries: {max: 1, on: [signl, 137]}}
      |                                ^^^^^ unknown
      |
      = help: did you mean `signal`?

    error: nothing fails by `137`
     --> ./pipeline.yml:6:76
      |
    6 | ...etries: {max: 1, on: [signl, 137]}}
      |                                 ^^^ unknown
      |
      = help: known are: signal, timeout, exit

    error: `timeout` cannot be `30m1h`
     --> ./pipeline.yml:7:38
      |
    7 |   - {name: f, command: [x], timeout: 30m1h, retries: {max: 1, on: []}}
      |                                      ^^^^^ expected seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`

    error: `on` names no failure, so nothing would be tried again
     --> ./pipeline.yml:7:67
      |
    7 |   - {name: f, command: [x], timeout: 30m1h, retries: {max: 1, on: []}}
      |                                                                   ^^ expected a list of: signal, timeout, exit

    error: `timout` is not a key of a step
     --> ./pipeline.yml:8:29
      |
    8 |   - {name: g, command: [x], timout: 1h, max: 2}
      |                             ^^^^^^ unknown key
      |
      = help: did you mean `timeout`?

    error: `max` is not a key of a step
     --> ./pipeline.yml:8:41
      |
    8 |   - {name: g, command: [x], timout: 1h, max: 2}
      |                                         ^^^ unknown key
      |
      = help: `max` is a key of a step, under `retries`

    17 errors; nothing was run
    ");
}

#[test]
fn variables() {
    insta::assert_snapshot!(refused("parameters: {sizes: [1, 2]}
pipeline:
  - {name: a, command: [x], env: {MY-VAR: 1, 2ND: 1, OK: 1, LIST: [1, 2], MAP: {a: 1}}}
  - {name: b, command: [x], env: [A=1]}
  - {name: c, command: [x], env: A=1}
  - {name: d, command: [x], env: {A: 1, A: 2}}
"), @"
    exit 2
    --- stderr
    error: `MY-VAR` cannot be the name of a variable
     --> ./pipeline.yml:3:35
      |
    3 | ...: a, command: [x], env: {MY-VAR: 1, 2ND: 1, OK: 1, LIST: [1, 2], MAP: ...
      |                             ^^^^^^ expected letters, digits and `_`, with no digit at the front
      |
      = help: did you mean `MY_VAR`?

    error: `2ND` cannot be the name of a variable
     --> ./pipeline.yml:3:46
      |
    3 | ...1, 2ND: 1, OK: 1, LIST: [1, 2], MAP: {a: 1}}}
      |       ^^^ expected letters, digits and `_`, with no digit at the front

    error: the variable `LIST` cannot be a list
     --> ./pipeline.yml:3:67
      |
    3 | ...1, 2ND: 1, OK: 1, LIST: [1, 2], MAP: {a: 1}}}
      |                            ^^^^^^ expected a text
      |
      = help: a variable holds one text; several values are arguments, or a file

    error: the variable `MAP` cannot be a mapping
     --> ./pipeline.yml:3:80
      |
    3 | ...: 1, LIST: [1, 2], MAP: {a: 1}}}
      |                            ^^^^^^ expected a text
      |
      = help: a variable holds one text; several values are arguments, or a file

    error: `env` cannot be a list
     --> ./pipeline.yml:4:34
      |
    4 |   - {name: b, command: [x], env: [A=1]}
      |                                  ^^^^^ expected a mapping: variables and their values
      |
      = help: give each item a key: `key: value`

    error: `env` cannot be `A=1`
     --> ./pipeline.yml:5:34
      |
    5 |   - {name: c, command: [x], env: A=1}
      |                                  ^^^ expected a mapping: variables and their values
      |
      = help: write `key: value`, with a space behind the `:`

    error: `A` is given twice
     --> ./pipeline.yml:6:41
      |
    6 |   - {name: d, command: [x], env: {A: 1, A: 2}}
      |                                   -     ^ given again here
      |                                   |
      |                                   first given here
      |
      = help: keep one of the two

    7 errors; nothing was run
    ");
    insta::assert_snapshot!(refused("parameters: {sizes: [1, 2]}
pipeline:
  - {name: a, command: [x], env: {SIZES: $sizes, SIZE: $size, HOME_OF: '${NOT_SET_ANYWHERE}', DATA: $data}}
"), @"
    exit 2
    --- stderr
    error: the variable `SIZES` cannot be a list
     --> ./pipeline.yml:3:42
      |
    3 |   - {name: a, command: [x], env: {SIZES: $sizes, SIZE: $size, HOME_OF: '$...
      |                                          ^^^^^^ expected one text
      |
      = help: several values are arguments, or a file

    error: nothing is named `size`
     --> ./pipeline.yml:3:56
      |
    3 | ...S: $sizes, SIZE: $size, HOME_OF: '${NOT_SET_ANYWHERE}', DATA: $data}}
      |                     ^^^^^ no such data node or parameter
      |
      = help: did you mean `$sizes`?

    error: the environment variable `NOT_SET_ANYWHERE` is not set
     --> ./pipeline.yml:3:72
      |
    3 | ...: $size, HOME_OF: '${NOT_SET_ANYWHERE}', DATA: $data}}
      |                      ^^^^^^^^^^^^^^^^^^^^^ needed here
      |
      = help: set it, or write a default: `${NOT_SET_ANYWHERE:-text}`; for the text
              `${NOT_SET_ANYWHERE}` write `$${NOT_SET_ANYWHERE}`

    error: nothing is named `data`
     --> ./pipeline.yml:3:101
      |
    3 | ...NYWHERE}', DATA: $data}}
      |                     ^^^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$data` write
              `$$data`

    4 errors; nothing was run
    ");
}

#[test]
fn resources() {
    insta::assert_snapshot!(refused("execution: {resources: {cpu: 4, mem: lots}}
pipeline:
  - {name: a, command: [x], resources: {cpus: 0, mem: 1.5, gpus: half}}
  - {name: b, command: [x], resources: 4}
  - {name: c, command: [x], resources: {cores: 4, memory: 1G}}
  - {name: d, command: [x], cpus: 4, cache: no, detach: 'true'}
  - {name: e, kind: condition, predicate: param, inputs: {data: 1}, timeout: 1h}
"), @"
    exit 2
    --- stderr
    error: `cpu` is not a key of `resources`
     --> ./pipeline.yml:1:25
      |
    1 | execution: {resources: {cpu: 4, mem: lots}}
      |                         ^^^ unknown key
      |
      = help: did you mean `cpus`?

    error: `mem` cannot be `lots`
     --> ./pipeline.yml:1:38
      |
    1 | execution: {resources: {cpu: 4, mem: lots}}
      |                                      ^^^^ expected bytes, or a number with K, M, G or T, such as `4G`

    error: `cpus` cannot be `0`
     --> ./pipeline.yml:3:47
      |
    3 |   - {name: a, command: [x], resources: {cpus: 0, mem: 1.5, gpus: half}}
      |                                               ^ expected a whole number, 1 or more

    error: `mem` cannot be `1.5`
     --> ./pipeline.yml:3:55
      |
    3 |   - {name: a, command: [x], resources: {cpus: 0, mem: 1.5, gpus: half}}
      |                                                       ^^^ expected bytes, or a number with K, M, G or T, such as `4G`

    error: `gpus` cannot be `half`
     --> ./pipeline.yml:3:66
      |
    3 |   - {name: a, command: [x], resources: {cpus: 0, mem: 1.5, gpus: half}}
      |                                                                  ^^^^ expected a whole number, 0 or more

    error: `resources` cannot be `4`
     --> ./pipeline.yml:4:40
      |
    4 |   - {name: b, command: [x], resources: 4}
      |                                        ^ expected a mapping: the keys `cpus`, `mem` and `gpus`
      |
      = help: write `key: value`, with a space behind the `:`

    error: `cores` is not a key of `resources`
     --> ./pipeline.yml:5:41
      |
    5 |   - {name: c, command: [x], resources: {cores: 4, memory: 1G}}
      |                                         ^^^^^ unknown key
      |
      = help: known keys: cpus, mem, gpus; a key that begins with `x-` is free

    error: `memory` is not a key of `resources`
     --> ./pipeline.yml:5:51
      |
    5 |   - {name: c, command: [x], resources: {cores: 4, memory: 1G}}
      |                                                   ^^^^^^ unknown key
      |
      = help: known keys: cpus, mem, gpus; a key that begins with `x-` is free

    error: `cpus` is not a key of a step
     --> ./pipeline.yml:6:29
      |
    6 |   - {name: d, command: [x], cpus: 4, cache: no, detach: 'true'}
      |                             ^^^^ unknown key
      |
      = help: `cpus` is a key of a step or of `execution`, under `resources`

    error: `cache` cannot be `no`
     --> ./pipeline.yml:6:45
      |
    6 |   - {name: d, command: [x], cpus: 4, cache: no, detach: 'true'}
      |                                             ^^ expected true or false
      |
      = help: write `false`

    error: `detach` cannot be text in quotes
     --> ./pipeline.yml:6:57
      |
    6 |   - {name: d, command: [x], cpus: 4, cache: no, detach: 'true'}
      |                                                         ^^^^^^ expected true or false
      |
      = help: write it without the quotes

    error: `timeout` is not a key of a condition
     --> ./pipeline.yml:7:69
      |
    7 | ...aram, inputs: {data: 1}, timeout: 1h}
      |                             ^^^^^^^ unknown key
      |
      = help: `timeout` is a key of a step

    12 errors; nothing was run
    ");
    insta::assert_snapshot!(refused("execution: {resources: {cpus: 4, mem: 8G}}
pipeline:
  - {name: a, command: [x], resources: {cpus: 5, mem: 16G, gpus: 1}}
"), @"
    exit 2
    --- stderr
    error: `a` asks for more `cpus` than there is
     --> ./pipeline.yml:3:47
      |
    1 | execution: {resources: {cpus: 4, mem: 8G}}
      |                               - all that there is
    2 | pipeline:
    3 |   - {name: a, command: [x], resources: {cpus: 5, mem: 16G, gpus: 1}}
      |                                               ^ asked for here
      |
      = help: ask for less, or raise what `execution` has under `resources`

    error: `a` asks for more `mem` than there is
     --> ./pipeline.yml:3:55
      |
    1 | execution: {resources: {cpus: 4, mem: 8G}}
      |                                       -- all that there is
    2 | pipeline:
    3 |   - {name: a, command: [x], resources: {cpus: 5, mem: 16G, gpus: 1}}
      |                                                       ^^^ asked for here
      |
      = help: ask for less, or raise what `execution` has under `resources`

    2 errors; nothing was run
    ");
}
