//! Steps that run in passes: what each pass is given, and where it leaves what it makes.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Entry, MultiPass, Scalar, Span, Step};

use crate::expression::{self, Expression, ExpressionError};
use crate::links::{DatumId, Links, StepId};

/// A path as one pass has it: the number of the pass stands before the suffix, or behind a folder.
///
/// Only the last suffix counts as one, and a name that begins with a dot has one, as loom-pipeline has it.
pub(crate) fn in_pass(path: &str, pass: u32) -> String {
    if let Some(folder) = path.strip_suffix('/') {
        return format!("{}_iter{pass}/", folder.trim_end_matches('/'));
    }
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        Some(dot) => format!("{}_iter{pass}{}", &path[..name + dot], &path[name + dot..]),
        None => format!("{path}_iter{pass}"),
    }
}

/// The data that the passes of a block make, each pass a file of its own: data nodes. A path that a step writes out is
/// the same in every pass.
pub(crate) fn is_made_by_pass(links: &Links, datum: DatumId, block: StepId) -> bool {
    let canonical = links.datum(datum).canonical;
    let Some(maker) = links.producer(canonical).filter(|maker| links.leader(*maker) == links.leader(block)) else {
        return false;
    };
    let mut writes = links.writes(maker);
    writes.any(|made| links.datum(made.datum).canonical == canonical && links.datum(made.datum).name.is_some())
}

/// What a pass gives a parameter.
pub(crate) enum Given<'a> {
    /// A value of the schedule, as it is written.
    Written(&'a Entry),
    /// The value of an expression.
    Computed(expression::Value),
}

/// What a pass gives, by the names of the parameters.
pub(crate) fn given(passes: &MultiPass, pass: u32) -> HashMap<&str, Given<'_>> {
    if let Some(schedule) = &passes.schedule {
        let entries = schedule.get(pass as usize).into_iter().flatten();
        return entries.map(|entry| (&*entry.key.text, Given::Written(entry))).collect();
    }
    let mut unbounded = u64::MAX;
    let computed = Expressions::parse(passes).and_then(|parsed| parsed.compute(pass, &mut unbounded));
    computed.into_iter().flatten().map(|(name, value)| (name, Given::Computed(value))).collect()
}

/// The expressions of a group, read once for all its passes.
pub(crate) struct Expressions<'a>(Vec<(&'a str, &'a Scalar, Expression)>);

/// What is wrong, and with which expression.
type Wrong<'a> = (&'a Scalar, ExpressionError);

impl<'a> Expressions<'a> {
    pub(crate) fn parse(passes: &'a MultiPass) -> Result<Self, Wrong<'a>> {
        let parsed = passes.expressions.iter().map(|(name, text)| {
            let expression = Expression::parse(&text.text).map_err(|error| (text, error))?;
            Ok((&*name.text, text, expression))
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    /// Their values in one pass, in file order: each may use those above it.
    pub(crate) fn compute(
        &self,
        pass: u32,
        work_left: &mut u64,
    ) -> Result<Vec<(&'a str, expression::Value)>, Wrong<'a>> {
        let mut values: Vec<(&str, expression::Value)> = Vec::with_capacity(self.0.len());
        let mut known = HashMap::new();
        for (name, text, expression) in &self.0 {
            let look_up = |wanted: &str| match known.get(wanted) {
                Some(at) => values.get::<usize>(*at).map(|(_, value)| value.clone()),
                None => (wanted == "iter").then(|| expression::Value::from(i64::from(pass))),
            };
            let value = expression.evaluate_within(&look_up, work_left).map_err(|error| (*text, error))?;
            known.insert(*name, values.len());
            values.push((name, value));
        }
        Ok(values)
    }
}

/// One line of `feedback`: what one step makes goes to another in the next pass.
pub(crate) struct Feedback<'a> {
    pub(crate) maker: StepId,
    /// The flag of the maker's output.
    pub(crate) output: &'a str,
    pub(crate) reader: StepId,
    /// The flag, or the input, of the reader.
    pub(crate) flag: &'a str,
}

/// Why a line of `feedback` means nothing.
pub(crate) enum NoFeedback<'a> {
    /// It names no step of the group.
    NoStep(&'a str, Span),
    /// The step makes nothing by this flag.
    NoOutput(StepId, &'a str, Span),
}

/// The lines of `feedback` of the group whose steps these are.
pub(crate) fn feedback<'a>(
    step: impl Fn(StepId) -> &'a Step + Copy + 'a,
    passes: &'a MultiPass,
    block: impl Iterator<Item = StepId> + Clone + 'a,
) -> impl Iterator<Item = Result<Feedback<'a>, NoFeedback<'a>>> + 'a {
    // A step's name may have dots in it, so it is the names that tell where it ends.
    let part = move |scalar: &'a Scalar| {
        let found = block.clone().find_map(|id| {
            let name = &*step(id).name.text;
            Some((id, scalar.text.strip_prefix(name)?.strip_prefix('.')?))
        });
        found.ok_or(NoFeedback::NoStep(&scalar.text, scalar.span))
    };
    passes.feedback.iter().map(move |(from, to)| {
        let (maker, output) = part(from)?;
        let (reader, flag) = part(to)?;
        if !step(maker).outputs.iter().any(|entry| &*entry.key.text == output) {
            return Err(NoFeedback::NoOutput(maker, output, from.span));
        }
        Ok(Feedback { maker, output, reader, flag })
    })
}

/// The pass that a path is of, if it is the path of a pass to this plain one: `<stem>_iter<number><suffix>`, the number
/// written as loom writes it.
pub fn pass_of(plain: &str, path: &str) -> Option<u32> {
    let plain = plain.trim_end_matches('/');
    let name = plain.rfind('/').map_or(0, |slash| slash + 1);
    let dot = plain[name..].rfind('.').map_or(plain.len(), |dot| name + dot);
    let number = path.strip_prefix(&plain[..dot])?.strip_prefix("_iter")?.strip_suffix(&plain[dot..])?;
    let pass: u32 = number.parse().ok()?;
    (pass.to_string() == number).then_some(pass)
}

/// A text for a message: what an expression may name.
pub(crate) fn names_above<'a>(passes: &'a MultiPass, expression: usize) -> Vec<Cow<'a, str>> {
    let above = passes.expressions[..expression].iter().map(|(name, _)| Cow::Borrowed(&*name.text));
    std::iter::once(Cow::Borrowed("iter")).chain(above).collect()
}

/// The plain path that a path is of, and the pass, if it is written as that of a pass.
pub fn plain_of(path: &str) -> Option<(String, u32)> {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let at = name + path[name..].rfind("_iter")?;
    let number = &path[at + "_iter".len()..];
    let number = &number[..number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len())];
    let plain = format!("{}{}", &path[..at], &path[at + "_iter".len() + number.len()..]);
    pass_of(&plain, path).map(|pass| (plain, pass))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pass_stands_before_the_suffix() {
        for (path, expected) in [
            ("results/graph.npz", "results/graph_iter2.npz"),
            ("data/output/", "data/output_iter2/"),
            ("results/mesh", "results/mesh_iter2"),
            ("a.b/mesh", "a.b/mesh_iter2"),
            ("a.tar.gz", "a.tar_iter2.gz"),
            ("x/.hidden", "x/_iter2.hidden"),
        ] {
            assert_eq!(in_pass(path, 2), expected);
            assert_eq!(pass_of(path, expected.trim_end_matches('/')), Some(2), "{path}");
            assert_eq!(pass_of(path, path), None);
            let plain = path.trim_end_matches('/').to_owned();
            assert_eq!(plain_of(expected.trim_end_matches('/')), Some((plain, 2)), "{path}");
        }
        for other in ["g_iterx.txt", "g_iter1.csv", "g_iter01.txt", "g_iter+1.txt", "g_iter.txt", "x/g_iter1.txt"] {
            assert_eq!(pass_of("g.txt", other), None, "{other}");
        }
    }
}
