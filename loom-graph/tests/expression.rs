//! The language of expressions: what it gives, what it refuses, and that it cannot be brought down.

use std::ops::Range;

use loom_graph::{Expression, ExpressionError, Value};
use proptest::prelude::*;

fn lookup(name: &str) -> Option<Value> {
    Some(match name {
        "iter" => Value::from(3),
        "lr" => Value::from(0.5),
        "negative" => Value::from(-7),
        "flag" => Value::from(true),
        "model" => Value::from("mlp"),
        _ => return None,
    })
}

fn evaluate(text: &str) -> Result<Value, ExpressionError> {
    Expression::parse(text)?.evaluate(&lookup)
}

/// Each line is an expression and, after `=>`, what Python prints for it.
#[track_caller]
fn gives(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, expected) = line.split_once(" => ").expect("a line has an arrow");
        let found = evaluate(text.trim()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(found.to_string(), expected.trim(), "{text}");
    }
}

/// Each line is an expression, and after `=>` the part that is at fault and what is said of it.
#[track_caller]
fn fails(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, expected) = line.split_once(" => ").expect("a line has an arrow");
        let error = evaluate(text.trim()).expect_err(text);
        assert_eq!(format!("[{}] {}", &text[error.range.clone()], error.message), expected.trim(), "{text}");
    }
}

#[test]
fn arithmetic_is_pythons() {
    gives(
        "
        0.5 / (iter + 1)      => 0.125
        1 + 2 * 3             => 7
        7 / 2                 => 3.5
        6 / 2                 => 3.0
        7 // 2                => 3
        -7 // 2               => -4
        7 // -2               => -4
        -7 % 3                => 2
        7 % -3                => -2
        -7.5 // 2             => -4.0
        -7.5 % 2              => 0.5
        5.5 % -2              => -0.5
        0.0 % -2              => -0.0
        6 // 2.0              => 3.0
        1e17 // 0.1           => 1e+18
        -5 % 1e999            => inf
        0 / -5                => -0.0
        2 ** 10               => 1024
        2 ** -1               => 0.5
        True ** -1            => 1.0
        -2 ** 2               => -4
        2 ** 3 ** 2           => 512
        2 ** -1 ** 2          => 0.5
        2.0 ** 0.5            => 1.4142135623730951
        (-2.0) ** 3           => -8.0
        0 ** 0                => 1
        0.0 ** -1e999         => inf
        (-1) ** 99999999999   => -1
        True + 1              => 2
        -True                 => -1
        +False                => 0
        - -1                  => 1
        1 +-1                 => 0
        1e308 * 10            => inf
        1e999 - 1e999         => nan
        0.1 + 0.2             => 0.30000000000000004
        2 ** 100 / 3 ** 50    => 1765780.963259017
        (2 ** 53 + 1) / 1     => 9007199254740992.0
        10 ** 400 / 10 ** 399 => 10.0
        1 / 10 ** 400         => 0.0
        5 / 10 ** 324         => 5e-324
        lr * negative         => -3.5
    ",
    );
}

#[test]
fn conditions_are_pythons() {
    gives(
        "
        1 < 2 < 3                    => True
        1 < 3 < 2                    => False
        1 < 3 < 2 == 1 / 0           => False
        3 > 2 == 2 != 1              => True
        2 ** 53 + 1 == 2.0 ** 53     => False
        2 ** 53 + 1 > 2.0 ** 53      => True
        10 ** 400 > 1e308            => True
        10 ** 400 < 1e999            => True
        1 == 1.0 == True             => True
        1e999 - 1e999 == 1e999-1e999 => False
        1e999 - 1e999 != 0           => True
        not 1 == 2                   => True
        not not 2                    => True
        0 or 2                       => 2
        0.0 and 1 / 0                => 0.0
        3 and 0.5                    => 0.5
        1 or 1 / 0                   => 1
        1 if iter > 2 else 1 / 0     => 1
        1 if 0 else 2 if 0 else 3    => 3
        (1 if 1 else 2) + 1          => 2
        1 if 0 or 1 else 2           => 1
        1 or 2 if 0 else 3           => 3
        model == 'mlp'               => True
        model != \"deep\"            => True
        model == 1                   => False
        'it\\'s' == \"it's\"         => True
        'warm' if iter else 'cold'   => warm
    ",
    );
}

#[test]
fn functions_are_pythons() {
    gives(
        "
        min(3, 1.5, 2)           => 1.5
        max(1, True)             => 1
        max(True, 1)             => True
        min(1, 2,)               => 1
        min(1, 1e999 - 1e999)    => 1
        min(1e999 - 1e999, 1)    => nan
        abs(-3)                  => 3
        abs(True)                => 1
        abs(-0.0)                => 0.0
        int(-2.9)                => -2
        int(1e20)                => 100000000000000000000
        int(True)                => 1
        float(3)                 => 3.0
        round(0.5)               => 0
        round(1.5)               => 2
        round(-0.4)              => 0
        round(1e16 + 2)          => 10000000000000002
        round(True)              => 1
        round(2.675, 2)          => 2.67
        round(2.5, 0)            => 2.0
        round(0.125, 2)          => 0.12
        round(0.375, 2)          => 0.38
        round(-0.04, 1)          => -0.0
        round(15, -1)            => 20
        round(25, -1)            => 20
        round(-25, -1)           => -20
        round(26, -2)            => 0
        round(25, -10 ** 30)     => 0
        round(25.000001, -1)     => 30.0
        round(25.0, -1)          => 20.0
        round(-4.0, -1)          => -0.0
        round(1e300, 400)        => 1e+300
        round(0.5, 10 ** 30)     => 0.5
        round(1.25, True)        => 1.2
        round(-1e22, -400)       => -0.0
        round(1234.5678, -2)     => 1200.0
        int() + float()          => 0.0
    ",
    );
}

#[test]
fn numbers_are_written_as_in_python() {
    gives(
        "
        1_000                  => 1000
        0x_ff + 0o17 + 0b101   => 275
        0XFF                   => 255
        00                     => 0
        01.5                   => 1.5
        .5                     => 0.5
        5.                     => 5.0
        1.e5                   => 100000.0
        1_0.0_1e1_0            => 100100000000.0
        1E-5                   => 1e-05
        1e999                  => inf
        -1e999                 => -inf
        1e15                   => 1000000000000000.0
        1e16                   => 1e+16
        0.0001                 => 0.0001
        0.00001                => 1e-05
        1.5e-7                 => 1.5e-07
        5e-324                 => 5e-324
        1e100                  => 1e+100
        123456789012345678.0   => 1.2345678901234568e+17
        1355132714322112.25    => 1355132714322112.2
        100000000000000000001  => 100000000000000000001
        0xfor 1                => 15
        1if 1else 2            => 1
        3 # three              => 3
    ",
    );
    assert_eq!(evaluate("\n 1 +\n\t2\r\n"), Ok(Value::from(3)), "line breaks are space");
    assert_eq!(evaluate("0xffffffffffffffff").unwrap().to_string(), "18446744073709551615");
}

#[test]
fn what_cannot_be_computed_is_told_with_its_place() {
    fails("
        1 + 1 / 0                => [1 / 0] division by zero
        2 * (iter // 0.0)        => [iter // 0.0] division by zero
        iter % (3 - iter)        => [iter % (3 - iter)] division by zero
        0.0 ** -1                => [0.0 ** -1] zero to a negative power is a division by zero
        0 ** -1                  => [0 ** -1] zero to a negative power is a division by zero
        (-8) ** 0.5              => [(-8) ** 0.5] a negative number to a fractional power is a complex number, and there are none here
        10.0 ** 400              => [10.0 ** 400] the power is too large for a floating-point number
        10 ** 400 * 1.0          => [10 ** 400 * 1.0] the integer is too large for a floating-point number
        10 ** 400 / 3            => [10 ** 400 / 3] the quotient is too large for a floating-point number
        float(10 ** 400)         => [float(10 ** 400)] the integer is too large for a floating-point number
        1 + int(1e999)           => [int(1e999)] `int` cannot make an integer of infinity
        round(1e999 - 1e999)     => [round(1e999 - 1e999)] `round` cannot make an integer of nan
        round(1.7e308, -308)     => [round(1.7e308, -308)] the rounded number is too large for a floating-point number
        round(1.5, 1.0)          => [round(1.5, 1.0)] `round` takes a whole number of digits
        9 ** 9 ** 9              => [9 ** 9 ** 9] the integer has more than 10,000 bits, and none may
        1 + 2 ** 10000           => [2 ** 10000] the integer has more than 10,000 bits, and none may
        model + 1                => [model + 1] `+` takes numbers, not text
        1 - -model               => [-model] a sign goes before numbers, not text
        model < 'n'              => [model < 'n'] what is smaller or larger is a matter of numbers, not text
        1 if model else 2        => [model] a text is neither true nor false
        not 'x'                  => [not 'x'] a text is neither true nor false
        int('3')                 => [int('3')] `int` takes numbers, not text
        1 + lrr                  => [lrr] nothing here is called `lrr`
        1 + min                  => [min] `min` is a function
    ");
    let edge = evaluate("2 ** 9999 + (2 ** 9999 - 1)").expect("just as long as an integer may be");
    assert_eq!(edge.to_string().len(), 3011);
    assert!(evaluate("2 ** 9999 + 2 ** 9999").is_err());
}

#[test]
fn nothing_else_is_evaluated() {
    fails(
        "
        __import__('os').system('x')  => [__import__] `__import__` is not a function that can be called here
        1 + iter.real                 => [.] attribute access (`.`) cannot be used in an expression
        ().__class__                  => [()] an empty tuple cannot be used in an expression
        ''.join                       => [.] attribute access (`.`) cannot be used in an expression
        iter[0]                       => [[] indexing (`[`) cannot be used in an expression
        1 + [1]                       => [[] a list (`[`) cannot be used in an expression
        {1: 2}                        => [{] a dictionary or set (`{`) cannot be used in an expression
        (1, 2)                        => [,] a tuple (`,`) cannot be used in an expression
        1, 2                          => [,] a tuple (`,`) cannot be used in an expression
        lambda: 0                     => [lambda] a lambda cannot be used in an expression
        min(x for x in y)             => [for] a comprehension (`for`) cannot be used in an expression
        (x := 5)                      => [:=] an assignment (`:=`) cannot be used in an expression
        x = 5                         => [=] an assignment (`=`) cannot be used in an expression
        x += 5                        => [+=] an assignment cannot be used in an expression
        iter is 3                     => [is] `is` cannot be used in an expression
        iter in 3                     => [in] `in` cannot be used in an expression
        iter not in 3                 => [not] `not in` cannot be used in an expression
        1 & 2                         => [&] a bit operator (`&`) cannot be used in an expression
        1 | 2                         => [|] a bit operator (`|`) cannot be used in an expression
        2 ^ 2                         => [^] a bit operator (`^`) cannot be used in an expression
        1 << 2                        => [<<] a bit operator (`<<`, `>>`) cannot be used in an expression
        ~1                            => [~] a bit operator (`~`) cannot be used in an expression
        1 @ 2                         => [@] a matrix product (`@`) cannot be used in an expression
        1 && 2                        => [&&] `&&` cannot be used in an expression
        !1                            => [!] `!` cannot be used in an expression
        iter ? 1 : 2                  => [?] `?` cannot be used in an expression
        $iter + 1                     => [$] `$` cannot be used in an expression
        None                          => [None] `None` cannot be used in an expression
        ...                           => [...] `...` cannot be used in an expression
        await 1                       => [await] `await` cannot be used in an expression
        import os                     => [import] an import cannot be used in an expression
        1; 2                          => [;] a second statement (`;`) cannot be used in an expression
        min(*iter)                    => [*] unpacking cannot be used in an expression
        max(1, key=2)                 => [=] a named argument cannot be used in an expression
        f'{iter}'                     => [f'] an f-string cannot be used in an expression
        b'x'                          => [b'] a text with a prefix cannot be used in an expression
        '''x'''                       => ['''] a text in triple quotes cannot be used in an expression
        2j                            => [2j] a complex number cannot be used in an expression
        2(3)                          => [(] calling a value cannot be used in an expression
        sqrt(2)                       => [sqrt] `sqrt` is not a function that can be called here
    ",
    );
}

#[test]
fn mistakes_are_told_with_their_place() {
    fails(
        "
        1 +                => [] expected a value, found the end
        1 2                => [2] expected an operator or the end, found a number
        1 + * 2            => [*] expected a value, found `*`
        1 * / 2            => [/] expected a value, found `/`
        (1 + 2             => [(] this `(` is not closed
        min(1, 2           => [(] this `(` is not closed
        1 + 2)             => [)] expected an operator or the end, found `)`
        (1 2)              => [2] expected an operator or `)`, found a number
        min(1 2)           => [2] expected an operator, `,` or `)`, found a number
        1 + not 2          => [not] expected a value, found `not`
        1 if 2             => [] expected `else`, as in `a if c else b`, found the end
        1 and              => [] expected a value, found the end
        abs(1, 2)          => [abs(1, 2)] `abs` takes one number; here are 2
        1 + max(iter)      => [max(iter)] `max` takes two numbers or more; here are 1
        round()            => [round()] `round` takes a number, and to how many digits behind the point; here are 0
        007                => [007] an integer has no zeros before it
        1__0               => [1__0] `1__0` is neither a number nor a name
        2iter              => [2iter] `2iter` is neither a number nor a name
        0x                 => [0x] a number has digits after its prefix
        0b12               => [0b12] `0b12` is neither a number nor a name
        model == 'mlp      => ['] this text has no closing quote
        'a\\x41'           => [\\x] this escape is not known
        1 × 2              => [×] expected an operator or the end, found `×`
        größe + é          => [größe] nothing here is called `größe`
    ",
    );
    let empty = Expression::parse("  ").unwrap_err();
    assert_eq!(empty.message, "the expression is empty");
}

#[test]
fn what_to_write_instead_is_said() {
    let help = |text: &str| evaluate(text).unwrap_err().help.unwrap_or_default();
    assert_eq!(help("2 ^ 3"), "a power is written `**`");
    assert_eq!(help("lr = 3"), "equality is written `==`");
    assert_eq!(help("$lr * 2"), "names stand without `$` here");
    assert_eq!(help("mim(1, 2)"), "did you mean `min`? the functions are min, max, abs, round, int, float");
    assert_eq!(help("true and 1"), "did you mean `True`?");
    let errors = Expression::parse("iter + ler * what").unwrap().check_names(&["iter", "lr"]);
    let told: Vec<_> = errors.iter().map(|error| (error.range.clone(), error.help.as_deref().unwrap_or(""))).collect();
    assert_eq!(told, [(7..10, "did you mean `lr`?"), (13..17, "known are `iter`, `lr`")]);
}

#[test]
fn values_are_read_as_yaml_reads_them() {
    let cases = [
        ("0.5", Value::from(0.5)),
        ("3", Value::from(3)),
        ("-3", Value::from(-3)),
        ("+3", Value::from(3)),
        ("010", Value::from(10)),
        ("0x1f", Value::from(31)),
        ("0o17", Value::from(15)),
        ("1e-4", Value::from(0.0001)),
        ("1e3", Value::from(1000.0)),
        (".5", Value::from(0.5)),
        ("-.inf", Value::from(f64::NEG_INFINITY)),
        ("true", Value::from(true)),
        ("FALSE", Value::from(false)),
        ("yes", Value::from("yes")),
        ("mlp", Value::from("mlp")),
        ("", Value::from("")),
        ("inf", Value::from("inf")),
        ("nan", Value::from("nan")),
        ("1_000", Value::from("1_000")),
        ("1.2.3", Value::from("1.2.3")),
        ("2024-01-01", Value::from("2024-01-01")),
        (" 3", Value::from(" 3")),
        ("-", Value::from("-")),
        (".", Value::from(".")),
        ("--3", Value::from("--3")),
        ("0x-3", Value::from("0x-3")),
    ];
    for (text, expected) in cases {
        assert_eq!(Value::from_text(text), expected, "{text}");
    }
    assert!(matches!(Value::from_text(".nan"), Value::Float(number) if number.is_nan()));
    let long = "9".repeat(5_000);
    assert_eq!(Value::from_text(&long), Value::from(long.as_str()), "no number is so long");
}

#[test]
fn size_and_depth_are_bounded() {
    // A thread with little stack, so that what the parser needs of it stays known.
    let deep = || {
        let nests = [
            ("(", ")"),
            ("-", ""),
            ("not ", ""),
            ("2**", ""),
            ("min(1,", ")"),
            ("1 if (", ") else 2"),
            ("1<(0 or (", "))"),
        ];
        for (opening, closing) in nests {
            let nested = |times: usize| format!("{}1{}", opening.repeat(times), closing.repeat(times));
            assert!(evaluate(&nested(4)).is_ok(), "{}", nested(4));
            let error = Expression::parse(&nested(600)).expect_err("it is too deep");
            assert!(error.message.contains("nested too deeply"), "{opening}: {error}");
        }
        let deepest = format!("{}1{}", "(".repeat(128), ")".repeat(128));
        assert_eq!(evaluate(&deepest), Ok(Value::from(1)));
        assert!(evaluate(&format!("({deepest})")).is_err());
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(deep).expect("a thread can start");
    thread.join().expect("the stack is large enough");

    // What is long but flat needs no depth.
    assert_eq!(evaluate(&format!("0{}", "+1".repeat(4_000))), Ok(Value::from(4_000)));
    assert_eq!(evaluate(&format!("0{}", "<1".repeat(4_000))), Ok(Value::from(false)));
    assert_eq!(evaluate(&format!("0{}", " or 0".repeat(1_900))), Ok(Value::from(0)));
    assert_eq!(evaluate(&format!("{}2", "1 if 0 else ".repeat(800))), Ok(Value::from(2)));
    let error = evaluate(&"1".repeat(10_001)).unwrap_err();
    assert_eq!(error.message, "an expression of 10001 bytes is too long: it may have 10000");
    let error = evaluate(&"9".repeat(9_000)).unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.range),
        ("the integer has more than 10,000 bits, and none may", 0..9_000)
    );
}

fn is_inside(range: &Range<usize>, text: &str) -> bool {
    range.start <= range.end && text.get(range.clone()).is_some()
}

/// Whatever the text is, it is read, and what is said of places lies inside it.
fn survives(text: &str) -> Result<(), TestCaseError> {
    match Expression::parse(text) {
        Err(error) => prop_assert!(is_inside(&error.range, text), "{text:?} {error:?}"),
        Ok(expression) => {
            for (name, range) in expression.names() {
                prop_assert_eq!(text.get(range), Some(name));
            }
            match expression.evaluate(&lookup) {
                Err(error) => prop_assert!(is_inside(&error.range, text), "{text:?} {error:?}"),
                Ok(value) => {
                    value.to_string();
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_much(text in "\\PC{0,40}|[ -~\t\n]{0,60}|[0-9a-fxobej_.+-]{0,12}|['\"\\\\a-zé\n]{0,10}") {
        survives(&text)?;
    }

    #[test]
    fn no_sentence_is_too_much(words in prop::collection::vec(word(), 0..16)) {
        survives(&words.join(" "))?;
    }

    #[test]
    fn every_float_is_written_so_that_it_reads_back(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        if number.is_finite() {
            let written = Value::from(number).to_string();
            prop_assert_eq!(evaluate(&written), Ok(Value::from(number)), "{}", &written);
            prop_assert_eq!(Value::from_text(&written), Value::from(number), "{}", &written);
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "1",
        "0",
        "2",
        "1e308",
        "1e999",
        "9999999999999999999999",
        "0.5",
        "5e-324",
        "iter",
        "lr",
        "negative",
        "flag",
        "model",
        "unknown",
        "'mlp'",
        "True",
        "False",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "<",
        "<=",
        "==",
        "!=",
        "(",
        ")",
        "(",
        ")",
        ",",
        "and",
        "or",
        "not",
        "if",
        "else",
        "min(",
        "max(",
        "abs(",
        "round(",
        "int(",
        "float(",
        ".",
        "[",
        "]",
        "in",
    ])
}
