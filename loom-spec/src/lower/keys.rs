//! The schema names the keys that are read, all of them and no other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// Each table, and where the schema has its keys.
const TABLES: &[(&[&str], &str)] = &[
    (TOP_KEYS, ""),
    (DATA_KEYS, "/definitions/Data"),
    (SWEEP_KEYS, "/properties/sweep"),
    (&["linspace", "geomspace", "arange", "uniform", "log_uniform", "int_uniform"], "/definitions/Axis"),
    (GATHER_KEYS, "/definitions/Step/properties/gather"),
    (EXECUTION_KEYS, "/properties/execution"),
    (PYTHON_KEYS, "/properties/execution/properties/python"),
    (STEP_KEYS, "/definitions/Step"),
    (LOOP_KEYS, "/definitions/Step/properties/loop"),
    (RESOURCES_KEYS, "/definitions/Step/properties/resources"),
    (RESOURCES_KEYS, "/properties/execution/properties/resources"),
    (RETRIES_KEYS, "/definitions/Step/properties/retries"),
    (CONDITION_KEYS, "/definitions/Condition"),
    (SWITCH_KEYS, "/definitions/SwitchStep"),
    (GROUP_KEYS, "/definitions/Group"),
    (MULTI_PASS_KEYS, "/definitions/Group/properties/multi_pass"),
    (STOP_KEYS, "/definitions/Group/properties/multi_pass/properties/condition"),
];

#[test]
fn are_those_of_the_schema() {
    let schema = crate::schema();
    for (table, place) in TABLES {
        let properties = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object);
        let properties = properties.unwrap_or_else(|| panic!("the schema has no properties at {place:?}"));
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(keys, table.iter().copied().collect(), "at {place:?}");
    }
}
