//! Stub until the evaluator is merged.
#![allow(missing_docs)]
#[derive(Debug, Clone)]
pub struct ExpressionError {
    pub message: String,
    pub range: std::ops::Range<usize>,
    pub help: Option<String>,
}
#[derive(Debug, Clone)]
pub struct Value(String);
impl Value {
    pub fn from_text(t: &str) -> Self {
        Self(t.into())
    }
    pub fn as_bool(&self) -> Option<bool> {
        None
    }
}
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
#[derive(Debug)]
pub struct Expression(String);
impl Expression {
    pub fn parse(t: &str) -> Result<Self, ExpressionError> {
        Ok(Self(t.into()))
    }
    pub fn names(&self) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
        std::iter::empty()
    }
    pub fn evaluate(&self, _: &dyn Fn(&str) -> Option<Value>) -> Result<Value, ExpressionError> {
        Ok(Value(self.0.clone()))
    }
}
