//! JSON as a tree of values, in the order of the file.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::kinds::cut;
use crate::api::TreeItem;

/// A value is cut behind this many characters.
const LONGEST_VALUE: usize = 300;

/// The values of a document, at most so many, and whether there are more; none, if it is not JSON.
pub(super) fn items_of(text: &str, most: usize) -> Option<(Vec<TreeItem>, bool)> {
    let mut tree = Tree { items: Vec::new(), most, cut: false };
    let mut reader = serde_json::Deserializer::from_str(text);
    Node { tree: &mut tree, depth: 0, key: "" }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some((tree.items, tree.cut))
}

struct Tree {
    items: Vec<TreeItem>,
    most: usize,
    cut: bool,
}

struct Node<'a> {
    tree: &'a mut Tree,
    depth: usize,
    key: &'a str,
}

impl Node<'_> {
    /// Adds a value; returns its place, if there was room for it.
    fn add(&mut self, value: &str, holds: bool) -> Option<usize> {
        if self.tree.items.len() >= self.tree.most {
            self.tree.cut = true;
            return None;
        }
        let (key, value) = (cut(self.key, LONGEST_VALUE), cut(value, LONGEST_VALUE));
        self.tree.items.push(TreeItem { depth: self.depth, key, value, holds });
        Some(self.tree.items.len() - 1)
    }

    fn leaf<E>(mut self, value: &str) -> Result<(), E> {
        self.add(value, false);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.leaf(if value { "true" } else { "false" })
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.leaf(&value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.leaf(&value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        let value = serde_json::Number::from_f64(value).map_or_else(|| value.to_string(), |value| value.to_string());
        self.leaf(&value)
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        let start: String = value.chars().take(LONGEST_VALUE + 1).collect();
        let quoted = serde_json::to_string(&start);
        self.leaf(&quoted.unwrap_or_default())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.leaf("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let place = self.add("", true);
        let mut count = 0;
        loop {
            let key = count.to_string();
            let more = if self.tree.cut {
                items.next_element::<IgnoredAny>()?.is_some()
            } else {
                let node = Node { tree: self.tree, depth: self.depth + 1, key: &key };
                items.next_element_seed(node)?.is_some()
            };
            if !more {
                break;
            }
            count += 1;
        }
        // The place of one more value may have been asked for in vain: an end is no value.
        if let Some(item) = place.and_then(|place| self.tree.items.get_mut(place)) {
            (item.value, item.holds) = (format!("[{count}]"), count > 0);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let place = self.add("", true);
        let mut count = 0;
        while let Some(key) = entries.next_key::<String>()? {
            count += 1;
            if self.tree.cut {
                entries.next_value::<IgnoredAny>()?;
            } else {
                entries.next_value_seed(Node { tree: self.tree, depth: self.depth + 1, key: &key })?;
            }
        }
        if let Some(item) = place.and_then(|place| self.tree.items.get_mut(place)) {
            (item.value, item.holds) = (format!("{{{count}}}"), count > 0);
        }
        Ok(())
    }
}

/// The first lines of a document as people like to read it, whether the text of it is whole or not.
pub(super) fn first_lines(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if lines.len() > most {
            break;
        }
        if is_quoted {
            (is_escaped, is_quoted) = (c == '\\' && !is_escaped, is_escaped || c != '"');
            push(&mut lines, c);
            continue;
        }
        let is_closed = |next: Option<&char>| matches!(next, Some(']' | '}'));
        match c {
            c if c.is_whitespace() => {}
            '{' | '[' => {
                push(&mut lines, c);
                while characters.next_if(|c| c.is_whitespace()).is_some() {}
                if !is_closed(characters.peek()) {
                    depth += 1;
                    lines.push("  ".repeat(depth.min(8)));
                } else if let Some(closing) = characters.next() {
                    push(&mut lines, closing);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                lines.push("  ".repeat(depth.min(8)));
                push(&mut lines, c);
            }
            ',' => {
                push(&mut lines, c);
                lines.push("  ".repeat(depth.min(8)));
            }
            ':' => {
                push(&mut lines, c);
                push(&mut lines, ' ');
            }
            c => {
                is_quoted = c == '"';
                push(&mut lines, c);
            }
        }
    }
    lines.truncate(most);
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_in_the_order_of_the_file() {
        let (items, cut) = items_of(r#"{"b": [1, 2.5, "x\n"], "a": {}, "c": null}"#, 100).unwrap();
        let shown: Vec<String> =
            items.iter().map(|item| format!("{}{}={}", " ".repeat(item.depth), item.key, item.value)).collect();
        assert_eq!(shown, ["={3}", " b=[3]", "  0=1", "  1=2.5", "  2=\"x\\n\"", " a={0}", " c=null"]);
        assert!(!cut);
        let (items, cut) = items_of("[1, 2, 3]", 3).unwrap();
        assert_eq!((items.len(), &*items[0].value, cut), (3, "[3]", true));
        assert!(!items_of("[1, 2]", 3).unwrap().1);
        assert!(items_of("[1, 2", 3).is_none() && items_of("1 2", 3).is_none());
        assert!(items_of(&"[".repeat(100_000), 3).is_none());
    }

    #[test]
    fn first_lines_are_laid_out() {
        assert_eq!(
            first_lines(r#"{"a":1,"b":[],"c":"x,\"{"#, 4),
            ["{", "  \"a\": 1,", "  \"b\": [],", "  \"c\": \"x,\\\"{"]
        );
        assert_eq!(first_lines("3", 4), ["3"]);
        assert_eq!(first_lines("", 4), [""]);
    }
}
