//! The language of expressions against Python itself.

#![allow(
    clippy::disallowed_methods,
    reason = "the library spawns nothing; this test asks Python what it makes of its own language"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use loom_graph::{Expression, Value};

/// The names that the expressions use, as Python writes their values.
const NAMES: [(&str, &str); 8] = [
    ("iter", "3"),
    ("lr", "0.5"),
    ("negative", "-7"),
    ("tiny", "-1e-300"),
    ("huge", "36893488147419103233"),
    ("half", "2.5"),
    ("flag", "True"),
    ("model", "'mlp'"),
];

/// Prints what each line of its input comes to, or the kind of error.
const PYTHON: &str = "
import sys, warnings
warnings.simplefilter('ignore')
names, *lines = sys.stdin.read().splitlines()
names = eval(names)
for line in lines:
    try:
        print(repr(eval(line, dict(names))))
    except Exception as error:
        print(type(error).__name__)
";

/// What an expression is like, in Python's words; nothing where this language and Python are meant to differ.
fn outcome(text: &str) -> Option<String> {
    let value = Expression::parse(text).and_then(|expression| {
        expression.evaluate(&|name| {
            let (_, value) = NAMES.iter().find(|(known, _)| *known == name)?;
            Some(Expression::parse(value).and_then(|value| value.evaluate(&|_| None)).expect("a name has a value"))
        })
    });
    let error = match value {
        Ok(Value::Text(text)) => return Some(format!("'{text}'")),
        Ok(value) => return Some(value.to_string()),
        Err(error) => error.message,
    };
    let kinds = [
        ("division by zero", Some("ZeroDivisionError")),
        ("too large for a floating-point number", Some("OverflowError")),
        ("an integer of infinity", Some("OverflowError")),
        ("an integer of nan", Some("ValueError")),
        ("whole number of digits", Some("TypeError")),
        ("nothing here is called", Some("NameError")),
        // Python has complex numbers, larger integers, functions as values, and more to do with text.
        ("complex", None),
        ("10,000 bits", None),
        ("is a function", None),
        ("text", None),
    ];
    let (_, kind) = kinds.iter().find(|(part, _)| error.contains(part)).unwrap_or_else(|| panic!("{text}: {error}"));
    kind.map(str::to_owned)
}

/// Numbers that look random and are the same every time (xorshift).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.bits() >> 11) as usize % limit
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn number(&mut self) -> String {
        const SPECIAL: [&str; 33] = [
            "0",
            "1",
            "2",
            "3",
            "10",
            "0.0",
            "-0.0",
            "1.0",
            "0.5",
            "2.5",
            "1e999",
            "1e308",
            "5e-324",
            "2.2250738585072014e-308",
            "1e16",
            "1e22",
            "0.1",
            "1_000",
            "0xff",
            "0o17",
            "0b11",
            ".5",
            "5.",
            "9007199254740993",
            "9007199254740992.0",
            "18446744073709551616",
            "1", /* and a long one */
            "123456789012345678901234567890123456789012345678901234567890",
            "2.675",
            "1e-5",
            "0.00012345",
            "1.7976931348623157e308",
            "True",
        ];
        match self.below(5) {
            // Many are as near to one shortest text as to another.
            4 => {
                let whole = self.below(1 << 53) >> self.below(50);
                format!("{whole}.{}", self.pick(&["25", "75", "125", "375", "5", "0625"]))
            }
            0 => self.pick(&SPECIAL).to_owned(),
            1 => self.below(200).to_string(),
            2 => format!("{}.{:03}", self.below(300), self.below(1_000)),
            _ => self.pick(&["iter", "lr", "negative", "tiny", "huge", "half", "flag"]).to_owned(),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.number();
        }
        let depth = depth - 1;
        let one = self.expression(depth);
        let other_depth = self.below(depth + 1);
        match self.below(22) {
            0..=6 => {
                let operator = self.pick(&["+", "-", "*", "/", "//", "%", " + ", " - ", "/"]);
                format!("{one}{operator}{}", self.expression(other_depth))
            }
            7 | 8 => {
                let exponent = self
                    .pick(&["2", "3", "-1", "0.5", "0", "iter", "-2.0", "17", "lr", "-iter", "1e999", "40", "flag"]);
                let base = if self.below(2) == 0 { format!("({one})") } else { self.number() };
                format!("{base} ** {exponent}")
            }
            9 => format!("({one}) {} ({})", self.pick(&["/", "//", "%", "*"]), self.expression(other_depth)),
            10 => format!("-{one}"),
            11 => format!("(not {one})"),
            12 => format!("({one})"),
            13 => {
                let comparison = self.pick(&["<", "<=", "==", "!=", ">", ">="]);
                format!("{one} {comparison} {}", self.expression(other_depth))
            }
            14 => format!("{} < {one} <= {}", self.number(), self.expression(other_depth)),
            15 => format!("{one} {} {}", self.pick(&["and", "or"]), self.expression(other_depth)),
            16 => {
                let condition = self.expression(other_depth);
                format!("({one} if {condition} else {})", self.expression(other_depth))
            }
            17 => {
                let function = self.pick(&["min", "max"]);
                format!("{function}({one}, {}, {})", self.number(), self.expression(other_depth))
            }
            18 => format!("{}({one})", self.pick(&["abs", "int", "float", "round"])),
            19 => format!(
                "round({one}, {})",
                self.pick(&["0", "1", "2", "3", "-1", "-2", "-5", "17", "-20", "400", "-400", "iter"])
            ),
            20 => format!("round({one} {} {}, {})", self.pick(&["*", "/"]), self.number(), self.below(40) as i64 - 20),
            _ => format!("({one} if model {} 'mlp' else {})", self.pick(&["==", "!="]), self.number()),
        }
    }

    /// Words in any order, most of which are no sentence.
    fn words(&mut self) -> String {
        const WORDS: [&str; 40] = [
            "1", "0", "2", "0.5", "iter", "lr", "flag", "model", "'mlp'", "unknown", "True", "+", "-", "*", "/", "//",
            "%", "**", "<", "==", "!=", ">=", "(", ")", "(", ")", ",", "and", "or", "not", "if", "else", "min(",
            "max(", "abs(", "round(", "int(", "float(", "# ", "'",
        ];
        let count = 1 + self.below(7);
        let space = self.pick(&["", " ", " "]);
        (0..count).map(|_| self.pick(&WORDS)).collect::<Vec<_>>().join(space)
    }

    /// A sentence with a letter too many or too few.
    fn slip(&mut self, depth: usize) -> String {
        let mut text: Vec<char> = self.expression(depth).chars().collect();
        let at = self.below(text.len());
        if self.below(2) == 0 {
            text.remove(at);
        } else {
            text.insert(at, *b"0123456789+-*/%() .ex_<>=!,'j".get(self.below(29)).expect("a letter") as char);
        }
        text.into_iter().collect()
    }
}

#[test]
fn random_expressions_mean_what_they_mean_in_python() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let sentences: Vec<String> = (0..5_000).map(|n| random.expression(1 + n % 4)).collect();
    for text in &sentences {
        assert!(Expression::parse(text).is_ok(), "{text}: {:?}", Expression::parse(text));
    }
    // What is taken for an expression here must be one for Python; the other way round there are differences.
    let others = (0..20_000).map(|n| if n % 2 == 0 { random.words() } else { random.slip(1 + n % 3) });
    let others: Vec<String> = others.filter(|text| Expression::parse(text).is_ok()).collect();
    assert!(others.len() > 3_000, "{}", others.len());

    let of_both = |texts: Vec<String>| -> Vec<(String, String)> {
        texts.into_iter().filter_map(|text| outcome(&text).map(|outcome| (text, outcome))).collect()
    };
    let mut expected = of_both(sentences);
    assert!(expected.len() > 4_500, "{}", expected.len());
    expected.extend(of_both(others));
    // Python writes a float again as it is written here: any float, and the powers of two, which lie unevenly.
    let any = (0..2_000).map(|_| f64::from_bits(random.bits() >> 1));
    let powers = (-1_074..1_024).map(|exponent| 2f64.powf(f64::from(exponent)));
    for float in any.chain(powers).filter(|float| float.is_finite()) {
        let text = Value::from(float).to_string();
        expected.push((text.clone(), text));
    }

    // Only what came to an end here is put to Python, which would reckon with integers of any size.
    let names = NAMES.map(|(name, value)| format!("'{name}': {value}")).join(", ");
    let lines: String = expected.iter().map(|(text, _)| format!("{text}\n")).collect();
    let mut python = Command::new("python3")
        .args(["-I", "-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 can be started");
    // Python reads all before it writes, so that neither waits for the other.
    let mut input = python.stdin.take().expect("it has an input");
    input.write_all(format!("{{{names}}}\n{lines}").as_bytes()).expect("Python reads all");
    drop(input);
    let output = python.wait_with_output().expect("Python ends");
    let found = String::from_utf8(output.stdout).expect("it is text");

    assert_eq!(found.lines().count(), expected.len());
    let differing: Vec<String> = expected
        .iter()
        .zip(found.lines())
        .filter(|((_, expected), found)| expected != found)
        .map(|((text, expected), found)| format!("{text}\n    here {expected}, in Python {found}"))
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing[..differing.len().min(20)].join("\n"));
    let kinds =
        ["ZeroDivisionError", "OverflowError", "ValueError", "TypeError", "NameError", "True", "nan", "-0.0", "inf"];
    for kind in kinds {
        assert!(found.lines().any(|line| line == kind), "none gave {kind}");
    }
}
