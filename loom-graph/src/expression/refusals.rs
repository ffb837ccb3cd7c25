//! What Python could evaluate and this language does not, by the word or the sign that shows it.

use std::ops::Range;

use super::ExpressionError;

/// A construct that is not evaluated, and what to write instead, where there is something.
pub(super) struct Refusal {
    construct: &'static str,
    help: Option<&'static str>,
}

impl Refusal {
    pub(super) fn at(self, span: Range<usize>) -> Box<ExpressionError> {
        let error = ExpressionError::refused(self.construct, span);
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

fn refusal(construct: &'static str) -> Option<Refusal> {
    Some(Refusal { construct, help: None })
}

fn instead(construct: &'static str, help: &'static str) -> Option<Refusal> {
    Some(Refusal { construct, help: Some(help) })
}

/// Whether it is one of Python's words, which cannot be a name.
pub(super) fn is_keyword(text: &str) -> bool {
    matches!(text, "True" | "False" | "and" | "or" | "not" | "if" | "else") || word(text).is_some()
}

/// A word that is refused wherever it stands.
pub(super) fn word(word: &str) -> Option<Refusal> {
    match word {
        "None" => refusal("`None`"),
        "lambda" => refusal("a lambda"),
        "in" => instead("`in`", "a range is written `0 < x < 1`, a few values `x == 1 or x == 2`"),
        "not in" => instead("`not in`", "outside a range is written `not 0 < x < 1`"),
        "is" => instead("`is`", "equality is written `==`"),
        "for" | "async" => refusal("a comprehension (`for`)"),
        "await" => refusal("`await`"),
        "yield" => refusal("`yield`"),
        "import" | "from" => refusal("an import"),
        "as" | "assert" | "break" | "class" | "continue" | "def" | "del" | "elif" | "except" | "finally" | "global"
        | "nonlocal" | "pass" | "raise" | "return" | "try" | "while" | "with" => refusal("a statement"),
        _ => None,
    }
}

/// A sign where a value should begin.
pub(super) fn sign_before_value(sign: &str) -> Option<Refusal> {
    match sign {
        "[" => refusal("a list (`[`)"),
        "{" => refusal("a dictionary or set (`{`)"),
        "..." => refusal("`...`"),
        "$" => instead("`$`", "names stand without `$` here"),
        "~" => instead("a bit operator (`~`)", "`not` turns a condition round"),
        "!" => instead("`!`", "write `not`"),
        "`" => refusal("a backquote"),
        "\\" => refusal("a backslash"),
        _ => None,
    }
}

/// A sign where an operator should follow a value, or the end.
pub(super) fn sign_after_value(sign: &str) -> Option<Refusal> {
    match sign {
        "." => refusal("attribute access (`.`)"),
        "[" => refusal("indexing (`[`)"),
        "(" => instead("calling a value", "a product is written with `*`"),
        ":=" => refusal("an assignment (`:=`)"),
        "=" => instead("an assignment (`=`)", "equality is written `==`"),
        "+=" | "-=" | "*=" | "/=" | "//=" | "%=" | "**=" | "@=" | "&=" | "|=" | "^=" | "<<=" | ">>=" => {
            refusal("an assignment")
        }
        "," => instead("a tuple (`,`)", "a decimal point is written `.`"),
        "&" => instead("a bit operator (`&`)", "both of two conditions is written `and`"),
        "|" => instead("a bit operator (`|`)", "one of two conditions is written `or`"),
        "^" => instead("a bit operator (`^`)", "a power is written `**`"),
        "<<" | ">>" => instead("a bit operator (`<<`, `>>`)", "multiply with or divide by a power: `x * 2 ** n`"),
        "&&" => instead("`&&`", "write `and`"),
        "||" => instead("`||`", "write `or`"),
        "!" => instead("`!`", "unequal is written `!=`"),
        "<>" => instead("`<>`", "unequal is written `!=`"),
        "?" => instead("`?`", "a choice is written `a if c else b`"),
        "@" => refusal("a matrix product (`@`)"),
        ":" => refusal("`:`"),
        ";" => refusal("a second statement (`;`)"),
        "->" => refusal("`->`"),
        "$" => instead("`$`", "names stand without `$` here"),
        "\\" => refusal("a backslash"),
        _ => None,
    }
}
