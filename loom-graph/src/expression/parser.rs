//! From text to a [`Program`]: Python's grammar, as far as it is evaluated here.

use std::ops::Range;
use std::sync::Arc;

use super::arithmetic::{Comparison, Operator};
use super::functions::{FUNCTIONS, Function};
use super::lexer::{Lexer, Token};
use super::program::{Action, Instruction, Program};
use super::value::Value;
use super::{ExpressionError, LANGUAGE, refusals};

/// How long an expression may be, in bytes, which bounds what its evaluation may cost.
const LONGEST: usize = 10_000;
/// How deep it may be nested. The parser calls itself, so that this bounds the stack it needs.
const DEEPEST: usize = 128;

/// How tightly operators bind, loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const TERM: u8 = 6;
const SIGN: u8 = 7;
const POWER: u8 = 8;

/// What stands between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Comparison(Comparison),
    Operator(Operator, u8),
}

impl Infix {
    fn binds(self) -> u8 {
        match self {
            Self::Or => OR,
            Self::And => AND,
            Self::Comparison(_) => COMPARISON,
            Self::Operator(_, binds) => binds,
        }
    }
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that is looked at, and its place.
    token: Token<'a>,
    span: Range<usize>,
    /// Where the token before it ends.
    end: usize,
    depth: usize,
    program: Program,
}

/// Boxed, since every level of the parser has room for one on the stack.
type Parsed = Result<(), Box<ExpressionError>>;

pub(super) fn parse(text: &str) -> Result<Program, Box<ExpressionError>> {
    if text.len() > LONGEST {
        return Err(ExpressionError::new(
            format!("an expression of {} bytes is too long: it may have {LONGEST}", text.len()),
            0..text.len(),
        ));
    }
    let mut lexer = Lexer::new(text);
    let (token, span) = lexer.next()?;
    let mut parser = Parser { lexer, token, span, end: 0, depth: 0, program: Program::default() };
    if parser.token == Token::End {
        return Err(ExpressionError::new("the expression is empty", 0..text.len()).help(LANGUAGE));
    }
    parser.expression()?;
    if parser.token != Token::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(parser.program)
}

impl<'a> Parser<'a> {
    fn advance(&mut self) -> Parsed {
        self.end = self.span.end;
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    fn is_sign(&self, sign: &str) -> bool {
        self.token == Token::Sign(sign)
    }

    fn is_word(&self, word: &str) -> bool {
        self.token == Token::Word(word)
    }

    fn emit(&mut self, action: Action, span: Range<usize>) -> usize {
        self.program.code.push(Instruction { action, span });
        self.program.code.len() - 1
    }

    /// Has the jump at `from` go to what comes next.
    fn land(&mut self, from: usize) {
        let next = self.program.code.len();
        if let Some(target) = self.program.code[from].action.jump() {
            *target = next - from - 1;
        }
    }

    /// `a if c else b`, or what is simpler.
    fn expression(&mut self) -> Parsed {
        let mut chosen = Vec::new();
        loop {
            let first = self.program.code.len();
            self.binary(OR)?;
            if !self.is_word("if") {
                break;
            }
            chosen.push(self.choice(first)?);
        }
        for jump in chosen {
            self.land(jump);
        }
        Ok(())
    }

    /// `if c else`, after the side that begins at the instruction `first`. Gives the jump over the other side.
    fn choice(&mut self, first: usize) -> Result<usize, Box<ExpressionError>> {
        // What is written first is evaluated second.
        let side = self.program.code.split_off(first);
        self.advance()?;
        let start = self.span.start;
        self.binary(OR)?;
        let condition = self.emit(Action::JumpIfFalse(0), start..self.end);
        if !self.is_word("else") {
            return Err(self.unexpected("`else`, as in `a if c else b`"));
        }
        self.advance()?;
        self.program.code.extend(side);
        let over = self.emit(Action::Jump(0), start..self.end);
        self.land(condition);
        Ok(over)
    }

    /// Operands and the operators between them that bind at least so tightly. All nesting passes through here.
    fn binary(&mut self, least: u8) -> Parsed {
        if self.depth > DEEPEST {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let start = self.span.start;
        self.operand(least)?;
        while let Some(infix) = self.infix()
            && infix.binds() >= least
        {
            match infix {
                Infix::Or | Infix::And => self.junction(start, infix)?,
                Infix::Operator(operator, binds) => {
                    self.advance()?;
                    // Powers are taken from the right, and their exponent may have a sign.
                    self.binary(if operator == Operator::Power { SIGN } else { binds + 1 })?;
                    self.emit(Action::Operate(operator), start..self.end);
                }
                Infix::Comparison(comparison) => self.comparisons(start, comparison)?,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn too_deep(&self) -> Box<ExpressionError> {
        let message = format!("the expression is nested too deeply: it may be {DEEPEST} deep");
        ExpressionError::new(message, self.span.clone())
    }

    /// `and` or `or`, and what is right of it.
    fn junction(&mut self, start: usize, infix: Infix) -> Parsed {
        let is_or = matches!(infix, Infix::Or);
        let jump = if is_or { Action::JumpIfTrueOrDrop(0) } else { Action::JumpIfFalseOrDrop(0) };
        let jump = self.emit(jump, start..self.end);
        self.advance()?;
        self.binary(infix.binds() + 1)?;
        self.land(jump);
        Ok(())
    }

    /// The rest of `a < b < c`, from the first comparison on.
    fn comparisons(&mut self, start: usize, first: Comparison) -> Parsed {
        let (mut start, mut comparison) = (start, first);
        let mut jumps = Vec::new();
        loop {
            self.advance()?;
            let right = self.span.start;
            self.binary(COMPARISON + 1)?;
            let Some(Infix::Comparison(next)) = self.infix() else { break };
            jumps.push(self.emit(Action::CompareOn(comparison, 0), start..self.end));
            (start, comparison) = (right, next);
        }
        self.emit(Action::Compare(comparison), start..self.end);
        for jump in jumps {
            self.land(jump);
        }
        Ok(())
    }

    fn infix(&self) -> Option<Infix> {
        let operator = |operator, binds| Some(Infix::Operator(operator, binds));
        match self.token {
            Token::Word("or") => Some(Infix::Or),
            Token::Word("and") => Some(Infix::And),
            Token::Sign("==") => Some(Infix::Comparison(Comparison::Equal)),
            Token::Sign("!=") => Some(Infix::Comparison(Comparison::Unequal)),
            Token::Sign("<") => Some(Infix::Comparison(Comparison::Less)),
            Token::Sign("<=") => Some(Infix::Comparison(Comparison::LessOrEqual)),
            Token::Sign(">") => Some(Infix::Comparison(Comparison::Greater)),
            Token::Sign(">=") => Some(Infix::Comparison(Comparison::GreaterOrEqual)),
            Token::Sign("+") => operator(Operator::Add, SUM),
            Token::Sign("-") => operator(Operator::Subtract, SUM),
            Token::Sign("*") => operator(Operator::Multiply, TERM),
            Token::Sign("/") => operator(Operator::Divide, TERM),
            Token::Sign("//") => operator(Operator::FloorDivide, TERM),
            Token::Sign("%") => operator(Operator::Modulo, TERM),
            Token::Sign("**") => operator(Operator::Power, POWER),
            _ => None,
        }
    }

    /// One value, with the signs and the `not` before it.
    fn operand(&mut self, least: u8) -> Parsed {
        match self.token {
            Token::Word("not") if least <= NOT => self.prefixed(Action::Not, NOT),
            Token::Sign("-") if least <= SIGN => self.prefixed(Action::Negate, SIGN),
            Token::Sign("+") if least <= SIGN => self.prefixed(Action::Plus, SIGN),
            Token::Sign("(") => self.parenthesised(),
            Token::Word(word) if !refusals::is_keyword(word) => self.named(word),
            _ => self.literal(),
        }
    }

    fn prefixed(&mut self, action: Action, binds: u8) -> Parsed {
        let start = self.span.start;
        self.advance()?;
        self.binary(binds)?;
        self.emit(action, start..self.end);
        Ok(())
    }

    fn parenthesised(&mut self) -> Parsed {
        let opening = self.span.clone();
        self.advance()?;
        if self.is_sign(")") {
            return Err(ExpressionError::refused("an empty tuple", opening.start..self.span.end));
        }
        self.expression()?;
        self.close(&opening, "an operator or `)`")
    }

    /// The `)` of the `(` at `opening`; `expected` says what could stand there.
    fn close(&mut self, opening: &Range<usize>, expected: &str) -> Parsed {
        if self.is_sign(")") {
            self.advance()
        } else if self.token == Token::End {
            Err(ExpressionError::new("this `(` is not closed", opening.clone()))
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn literal(&mut self) -> Parsed {
        let value = match &self.token {
            Token::Number(number) => number.clone(),
            Token::Text(text) => Value::Text(Arc::clone(text)),
            Token::Word("True") => Value::Bool(true),
            Token::Word("False") => Value::Bool(false),
            _ => return Err(self.no_value()),
        };
        self.emit(Action::Push(value), self.span.clone());
        self.advance()
    }

    /// A name, or the call of a function.
    fn named(&mut self, name: &'a str) -> Parsed {
        let span = self.span.clone();
        self.advance()?;
        if self.is_sign("(") {
            return match Function::named(name) {
                Some(function) => self.call(function, span.start),
                None => Err(no_function(name, span)),
            };
        }
        let index = self.program.names.len();
        self.program.names.push((name.to_owned(), span.clone()));
        self.emit(Action::Load(index), span);
        Ok(())
    }

    /// A call from its `(` on; the name of the function begins at `start`.
    fn call(&mut self, function: Function, start: usize) -> Parsed {
        let opening = self.span.clone();
        self.advance()?;
        let mut count = 0;
        while !self.is_sign(")") {
            self.argument()?;
            count += 1;
            if !self.is_sign(",") {
                break;
            }
            self.advance()?;
        }
        self.close(&opening, "an operator, `,` or `)`")?;
        let (counts, takes) = function.arguments();
        if !counts.contains(&count) {
            return Err(ExpressionError::new(format!("{takes}; here are {count}"), start..self.end));
        }
        self.emit(Action::Call(function, count), start..self.end);
        Ok(())
    }

    fn argument(&mut self) -> Parsed {
        if self.is_sign("*") || self.is_sign("**") {
            return Err(ExpressionError::refused("unpacking", self.span.clone()));
        }
        self.expression()?;
        if self.is_sign("=") {
            return Err(ExpressionError::refused("a named argument", self.span.clone()));
        }
        Ok(())
    }

    /// The error where a value should begin.
    fn no_value(&self) -> Box<ExpressionError> {
        let refused = match self.token {
            Token::Sign(sign) => refusals::sign_before_value(sign),
            Token::Word(word) => refusals::word(word),
            Token::Number(_) | Token::Text(_) | Token::End => None,
        };
        refused.map_or_else(|| self.plainly_unexpected("a value"), |refusal| refusal.at(self.span.clone()))
    }

    /// The error where something else should follow a value.
    fn unexpected(&self, expected: &str) -> Box<ExpressionError> {
        let is_before_in = || matches!(self.lexer.clone().next(), Ok((Token::Word("in"), _)));
        let refused = match self.token {
            Token::Sign(sign) => refusals::sign_after_value(sign),
            Token::Word("not") if is_before_in() => refusals::word("not in"),
            Token::Word(word) => refusals::word(word),
            Token::Number(_) | Token::Text(_) | Token::End => None,
        };
        refused.map_or_else(|| self.plainly_unexpected(expected), |refusal| refusal.at(self.span.clone()))
    }

    fn plainly_unexpected(&self, expected: &str) -> Box<ExpressionError> {
        let found = match &self.token {
            Token::Number(_) => "a number".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Word(word) => format!("`{word}`"),
            Token::Sign(sign) => format!("`{}`", sign.escape_debug()),
            Token::End => "the end".to_owned(),
        };
        ExpressionError::new(format!("expected {expected}, found {found}"), self.span.clone())
    }
}

fn no_function(name: &str, span: Range<usize>) -> Box<ExpressionError> {
    let known = format!("the functions are {}", FUNCTIONS.join(", "));
    let near = loom_spec::Suggest::default().did_you_mean(name, FUNCTIONS);
    let help = near.map_or(known.clone(), |near| format!("{near} {known}"));
    ExpressionError::new(format!("`{name}` is not a function that can be called here"), span).help(help)
}
