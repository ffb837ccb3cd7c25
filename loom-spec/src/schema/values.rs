//! The values that stand behind keys.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::DATA_TYPES;

/// Types without a value of their own, each for a schema.
macro_rules! values {
    ($($(#[$doc:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

values! {
    /// A text. A number is one, too: it is taken as it is written.
    Text = {"type": ["string", "number"]};
    /// A name, or a path, or a reference in the place of a path: a text that is not empty.
    Path = {"type": ["string", "number"], "minLength": 1};
    /// What a task can be handed.
    Value = {
        "type": ["string", "number", "boolean", "array", "null"],
        "items": {"type": ["string", "number", "boolean", "null"]},
    };
    /// A switch without a value of its own where it is left out.
    Switch = {"type": "boolean"};
    /// A whole number, 1 or more.
    Count = {"type": "integer", "minimum": 1};
    /// A whole number, 0 or more.
    Whole = {"type": "integer", "minimum": 0};
    /// A length of time.
    Span = {
        "type": ["string", "number"],
        "minimum": 0,
        "minLength": 1,
        "pattern": "^([0-9.]+d)?([0-9.]+h)?([0-9.]+m)?([0-9.]+s?)?$",
        "patternErrorMessage": "expected a length of time, such as `90s`, `30m`, `2h` or `1h30m`",
    };
    /// An amount of memory.
    Size = {
        "type": ["string", "integer"],
        "minimum": 0,
        "pattern": "^[0-9.]+([KMGTkmgt]([Ii]?[Bb])?|[Bb])?$",
        "patternErrorMessage": "expected an amount of memory, such as `512M` or `4G`",
    };
    /// What the variable of an environment can be.
    Variable = {"type": ["string", "number", "boolean", "null"]};
    /// What can be tried again.
    Failures = {
        "type": "array",
        "items": {
            "enum": ["signal", "timeout", "exit"],
            "enumDescriptions": [
                "A signal ended it.",
                "It took longer than `timeout` allows.",
                "It ended with an exit code that is not 0, or without an output.",
            ],
        },
        "minItems": 1,
    };
    /// A number. `1e-4`, which some readers take for a text, is one.
    Number = {
        "type": ["number", "string"],
        "pattern": "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$",
        "patternErrorMessage": "expected a number, such as `0.5` or `1e-4`",
    };
    /// Axes that go together.
    Together = {"type": "array", "items": {"type": ["string", "number"], "minLength": 1}, "minItems": 2};
    /// Some values of a configuration.
    Configuration = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array", "null"],
            "items": {"type": ["string", "number", "boolean", "null"]},
        },
    };
    /// All axes, or some.
    Over = {
        "type": ["boolean", "array"],
        "not": {"const": false},
        "items": {"type": ["string", "number"], "minLength": 1},
        "minItems": 1,
    };
    /// How what is gathered is handed over.
    HandedOver = {
        "enum": ["manifest", "arguments"],
        "enumDescriptions": ["One JSON file that lists parameters and paths.", "The paths, one argument each."],
        "default": "arguments",
    };
    /// Which number is better.
    Goal = {"enum": ["max", "min"], "enumDescriptions": ["The larger one.", "The smaller one."]};
    /// A module of Python, as `import` takes it.
    Module = {
        "type": "string",
        "pattern": "^[^\\s\\d./\\\\-][^\\s./\\\\-]*([.][^\\s\\d./\\\\-][^\\s./\\\\-]*)*$",
        "patternErrorMessage": "expected a module as `import` takes it, such as `numpy`",
    };
    /// A program with its words, or a line for the shell.
    Command = {
        "type": ["array", "string"],
        "items": {"type": ["string", "number", "boolean"]},
        "minItems": 1,
        "minLength": 1,
    };
    /// `step.flag`.
    Place = {
        "type": "string",
        "pattern": "^[^.]+\\..",
        "patternErrorMessage": "expected `step.flag`, such as `fit.--start`",
    };
    /// What a data node is. Any word will do, but these are known.
    DataType = {"anyOf": [{"enum": DATA_TYPES}, {"type": "string"}]};
    /// What can be found out without a script.
    Predicate = {
        "enum": ["exists", "is_file", "is_dir", "non_empty", "count", "param"],
        "enumDescriptions": [
            "Whether there is a file or folder `data`.",
            "Whether `data` is a file.",
            "Whether `data` is a folder.",
            "Whether the file `data` has any bytes, or the folder any entry.",
            "How the number of files in `data` that match `pattern` compares (`op`) with `n`.",
            "Whether the value `data` is anything but false, zero, empty, or a word for one of these.",
        ],
    };
    /// The kind of a step that runs something; the other kinds are there to be completed.
    Kind = {
        "enum": ["task", "condition", "switch"],
        "enumDescriptions": [
            "Runs something; the same as no `kind`.",
            "Finds out whether something holds.",
            "Hands data on to one of two branches.",
        ],
        "default": "task",
    };
    /// `condition`, and nothing else.
    ConditionKind = {"const": "condition"};
    /// `switch`, and nothing else.
    SwitchKind = {"const": "switch"};
    /// Whatever it is, it is kept.
    Anything = {};
}
