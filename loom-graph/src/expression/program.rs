//! What an expression is turned into: a list of actions on a stack of values, run from first to last. Nothing in it
//! nests, so that no expression needs more than a loop to be evaluated or forgotten.

use std::ops::Range;

use loom_spec::Suggest;

use super::arithmetic::{Comparison, Fault, Number, Operator, bounded, compare, operate};
use super::functions::Function;
use super::value::Value;
use super::{ExpressionError, unknown_name};

#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) code: Vec<Instruction>,
    /// The names as they occur, with their places.
    pub(super) names: Vec<(String, Range<usize>)>,
}

/// An action, and what is to be shown if it fails.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    pub(super) action: Action,
    pub(super) span: Range<usize>,
}

/// All jumps go forward, by a number of instructions.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Push(Value),
    /// By its index among the names.
    Load(usize),
    Negate,
    Plus,
    Not,
    Operate(Operator),
    Compare(Comparison),
    /// Compares; if that holds leaves the right value for the next comparison, else jumps.
    CompareOn(Comparison, usize),
    /// With so many arguments.
    Call(Function, usize),
    Jump(usize),
    JumpIfFalse(usize),
    /// Leaves what it has looked at if it jumps.
    JumpIfFalseOrDrop(usize),
    JumpIfTrueOrDrop(usize),
}

impl Action {
    /// How far it jumps, if it does.
    pub(super) fn jump(&mut self) -> Option<&mut usize> {
        match self {
            Self::CompareOn(_, by)
            | Self::Jump(by)
            | Self::JumpIfFalse(by)
            | Self::JumpIfFalseOrDrop(by)
            | Self::JumpIfTrueOrDrop(by) => Some(by),
            _ => None,
        }
    }
}

/// The parser sees to it that what is taken is there.
#[derive(Default)]
struct Stack(Vec<Value>);

impl Stack {
    fn push(&mut self, value: Value) {
        self.0.push(value);
    }

    /// What the operation cost that ended here.
    fn cost(&self) -> u64 {
        match self.0.last() {
            // A product takes the square of the length; below a few hundred bits that is lost in all the rest.
            Some(Value::Int(number)) => 1 + (number.0.bits() / 512).pow(2),
            _ => 1,
        }
    }

    fn pop(&mut self) -> Result<Value, Fault> {
        self.0.pop().ok_or_else(|| Fault::new("a value is missing"))
    }

    fn pop_truth(&mut self) -> Result<(Value, bool), Fault> {
        let value = self.pop()?;
        let truth = value.truth().ok_or_else(|| {
            Fault::with_help("a text is neither true nor false", "compare it, as in `model == 'mlp'`")
        })?;
        Ok((value, truth))
    }
}

impl Program {
    pub(super) fn run(
        &self,
        lookup: &dyn Fn(&str) -> Option<Value>,
        work_left: &mut u64,
    ) -> Result<Value, Box<ExpressionError>> {
        let mut stack = Stack::default();
        let mut at = 0;
        while let Some(Instruction { action, span }) = self.code.get(at) {
            at += 1;
            let jumped = match action {
                Action::Load(index) => {
                    let (name, span) = &self.names[*index];
                    stack.push(lookup(name).ok_or_else(|| unknown_name(name, span, &[], &mut Suggest::default()))?);
                    Ok(0)
                }
                action => act(action, &mut stack),
            };
            at += jumped.map_err(|fault| ExpressionError::of(fault, span.clone()))?;
            *work_left = work_left.checked_sub(stack.cost()).ok_or_else(|| {
                ExpressionError::new("computing this for every pass takes too long", span.clone())
                    .help("loom takes on two million operations; fewer passes or shorter expressions need fewer")
            })?;
        }
        stack.pop().map_err(|fault| ExpressionError::of(fault, 0..0))
    }
}

/// Does it, and says how many instructions to leave out.
fn act(action: &Action, stack: &mut Stack) -> Result<usize, Fault> {
    match action {
        Action::Push(value) => stack.push(value.clone()),
        // Names are looked up by the caller.
        Action::Load(_) => {}
        Action::Negate | Action::Plus => {
            let (value, is_negated) = (stack.pop()?, matches!(action, Action::Negate));
            stack.push(match Number::of(&value) {
                Some(Number::Int(number)) => {
                    bounded(if is_negated { -number.into_owned() } else { number.into_owned() })?
                }
                Some(Number::Float(number)) => Value::Float(if is_negated { -number } else { number }),
                None => return Err(Fault::text("a sign goes before")),
            });
        }
        Action::Not => {
            let (_, truth) = stack.pop_truth()?;
            stack.push(Value::Bool(!truth));
        }
        Action::Operate(operator) => {
            let (right, left) = (stack.pop()?, stack.pop()?);
            stack.push(operate(*operator, &left, &right)?);
        }
        Action::Compare(comparison) => {
            let (right, left) = (stack.pop()?, stack.pop()?);
            stack.push(Value::Bool(compare(*comparison, &left, &right)?));
        }
        Action::CompareOn(comparison, by) => {
            let (right, left) = (stack.pop()?, stack.pop()?);
            if !compare(*comparison, &left, &right)? {
                stack.push(Value::Bool(false));
                return Ok(*by);
            }
            stack.push(right);
        }
        Action::Call(function, count) => {
            let first = stack.0.len().saturating_sub(*count);
            let result = function.call(&stack.0[first..])?;
            stack.0.truncate(first);
            stack.push(result);
        }
        Action::Jump(by) => return Ok(*by),
        Action::JumpIfFalse(by) => {
            let (_, truth) = stack.pop_truth()?;
            return Ok(if truth { 0 } else { *by });
        }
        Action::JumpIfFalseOrDrop(by) | Action::JumpIfTrueOrDrop(by) => {
            let (value, truth) = stack.pop_truth()?;
            if truth == matches!(action, Action::JumpIfTrueOrDrop(_)) {
                stack.push(value);
                return Ok(*by);
            }
        }
    }
    Ok(0)
}
