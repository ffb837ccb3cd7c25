//! All that a pipeline says, scalar by scalar.

use loom_spec::{AxisValues, MultiPass, Pipeline, Program, Scalar, Step, Test, Value};

/// Visits every scalar that may hold a variable.
pub(super) fn each_scalar<'a>(pipeline: &'a Pipeline, visit: &mut dyn FnMut(&'a Scalar)) {
    for data in &pipeline.data {
        visit(&data.path);
    }
    for parameter in &pipeline.parameters {
        each_in_value(&parameter.value, visit);
    }
    pipeline.steps.iter().for_each(|step| each_of_step(step, visit));
    for passes in pipeline.groups.iter().filter_map(|group| group.passes.as_ref()) {
        each_of_passes(passes, visit);
    }
    if let Some(python) = &pipeline.execution.python {
        visit(python);
    }
    if let Some(sweep) = &pipeline.sweep {
        let of_axes = sweep.axes.iter().chain(&sweep.repeat);
        for axis in of_axes {
            match &axis.values {
                AxisValues::List(values) => values.iter().for_each(|value| each_in_value(value, visit)),
                AxisValues::Settings(labels) => {
                    let entries = labels.iter().flat_map(|(_, entries)| entries);
                    entries.for_each(|entry| each_in_value(&entry.value, visit));
                }
                AxisValues::Range(..) | AxisValues::Draw(..) => {}
            }
        }
        sweep.include.iter().flatten().for_each(|entry| each_in_value(&entry.value, visit));
    }
}

/// Visits every scalar of a step that may hold a variable or a reference.
pub(crate) fn each_of_step<'a>(step: &'a Step, visit: &mut dyn FnMut(&'a Scalar)) {
    for scalar in program_scalars(&step.program) {
        visit(scalar);
    }
    if let Program::Switch(switch) = &step.program {
        [Some(&switch.condition), switch.data.as_ref()].into_iter().flatten().for_each(&mut *visit);
    }
    for entry in step.inputs.iter().chain(&step.outputs).chain(&step.args).chain(&step.env) {
        each_in_value(&entry.value, visit);
    }
    if let Some(each) = &step.each {
        [Some(&each.over), Some(&each.into), each.filter.as_ref()].into_iter().flatten().for_each(&mut *visit);
    }
}

/// Visits every scalar that the passes of a group say.
pub(crate) fn each_of_passes<'a>(passes: &'a MultiPass, visit: &mut dyn FnMut(&'a Scalar)) {
    for entry in passes.schedule.iter().flatten().flatten() {
        each_in_value(&entry.value, visit);
    }
    if let Some(stop) = &passes.stop {
        visit(&stop.script);
        stop.inputs.iter().chain(&stop.args).for_each(|entry| each_in_value(&entry.value, visit));
    }
}

/// Visits every scalar in a value. Nesting is bounded by the reader of the file.
fn each_in_value<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Scalar)) {
    match value {
        Value::Scalar(scalar) => visit(scalar),
        Value::List(items, _) => items.iter().for_each(|item| each_in_value(item, visit)),
        Value::Map(entries, _) => entries.iter().for_each(|entry| each_in_value(&entry.value, visit)),
    }
}

/// The words of a program as they are written.
pub(crate) fn program_scalars(program: &Program) -> &[Scalar] {
    match program {
        Program::Task(scalar) | Program::Shell(scalar) => std::slice::from_ref(scalar),
        Program::Words(words) => words,
        Program::Condition(condition) => match &condition.test {
            Test::Script(script) => std::slice::from_ref(script),
            Test::Predicate(_) => &[],
        },
        Program::Switch(_) => &[],
    }
}
