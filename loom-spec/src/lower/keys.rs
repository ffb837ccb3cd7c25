//! The schema names the keys that are read, all of them and no other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// Each table, and where the schema has its keys.
const TABLES: &[(&[&str], &str)] = &[
    (TOP_KEYS, ""),
    (DATA_KEYS, "/definitions/Data"),
    (EXECUTION_KEYS, "/properties/execution"),
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

/// A key that the format has and this reader does not is in no table yet, and may be in the schema.
fn supported<'a>(keys: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    keys.into_iter().filter(|key| !UNSUPPORTED.contains(key)).collect()
}

#[test]
fn are_those_of_the_schema() {
    let schema = crate::schema();
    for (table, place) in TABLES {
        let properties = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object);
        let properties = properties.unwrap_or_else(|| panic!("the schema has no properties at {place:?}"));
        let keys = supported(properties.keys().map(String::as_str));
        assert_eq!(keys, supported(table.iter().copied()), "at {place:?}");
    }
}
