//! Where people put cards.

use std::collections::BTreeMap;

use loom_spec::{Pipeline, Value};

use crate::layout::Point;

/// The cards that somebody moved, by id, and their upper left corners. The layout leaves them there.
///
/// ```
/// use loom_ui_core::board::Positions;
/// let text = "
/// data: {table: a.csv}
/// pipeline: [{name: make, command: [x], outputs: {-o: $table}}]
/// layout: {make: {x: 300, y: 50}, data_table: {x: 700, y: 50}}
/// ";
/// let pipeline = loom_spec::parse(&loom_spec::Source::new("p.yml", text)).pipeline;
/// let positions = Positions::of_layout(&pipeline);
/// assert_eq!(positions.get("data:table").unwrap().x, 700.0);
/// assert_eq!(Positions::layout_key("data:table"), "data_table");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Positions {
    pinned: BTreeMap<String, Point>,
}

/// Beyond this nobody finds a card again.
const FARTHEST: f64 = 1e6;

impl Positions {
    /// What a pipeline file says under `layout`: `make: {x: 300, y: 50}`, with the name of a step, `data_NAME`, `param_NAME`, or
    /// the id of a card of another kind. What has no such form is passed over.
    pub fn of_layout(pipeline: &Pipeline) -> Self {
        let mut positions = Self::default();
        let Some(Value::Map(entries, _)) = &pipeline.layout else { return positions };
        let mut written = BTreeMap::new();
        for entry in entries {
            if let Some(point) = point(&entry.value) {
                written.insert(&*entry.key.text, point);
            }
        }
        let mut pin = |key: &str, id: String| {
            if let Some(point) = written.get(key) {
                positions.pinned.insert(id, *point);
            }
        };
        for step in &pipeline.steps {
            pin(&step.name.text, format!("step:{}", step.name.text));
        }
        for data in &pipeline.data {
            pin(&format!("data_{}", data.name.text), format!("data:{}", data.name.text));
        }
        for parameter in &pipeline.parameters {
            pin(&format!("param_{}", parameter.name.text), format!("param:{}", parameter.name.text));
        }
        for key in written.keys().filter(|key| ["path:", "group:", "fold:"].iter().any(|kind| key.starts_with(kind))) {
            pin(key, (*key).to_owned());
        }
        positions
    }

    /// The key under `layout` that has the place of a card.
    pub fn layout_key(id: &str) -> String {
        match id.split_once(':') {
            Some(("step", name)) => name.to_owned(),
            Some(("data", name)) => format!("data_{name}"),
            Some(("param", name)) => format!("param_{name}"),
            _ => id.to_owned(),
        }
    }

    /// Pins a card to a place; one that no screen reaches is brought nearer.
    pub fn pin(&mut self, id: &str, x: f64, y: f64) {
        let near = |at: f64| if at.is_finite() { at.clamp(-FARTHEST, FARTHEST).round() } else { 0.0 };
        self.pinned.insert(id.to_owned(), Point { x: near(x), y: near(y) });
    }

    /// Lets the layout move a card again. Returns whether it was pinned.
    pub fn unpin(&mut self, id: &str) -> bool {
        self.pinned.remove(id).is_some()
    }

    /// Lets the layout move all cards again.
    pub fn unpin_all(&mut self) {
        self.pinned.clear();
    }

    /// Takes over the places of others, in the place of those that are known.
    pub fn extend(&mut self, others: &Self) {
        self.pinned.extend(others.pinned.iter().map(|(id, point)| (id.clone(), *point)));
    }

    /// Where a card is pinned.
    pub fn get(&self, id: &str) -> Option<Point> {
        self.pinned.get(id).copied()
    }

    /// Those that are pinned, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Point)> {
        self.pinned.iter().map(|(id, point)| (&**id, *point))
    }

    /// Whether nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.pinned.is_empty()
    }
}

fn point(value: &Value) -> Option<Point> {
    let Value::Map(entries, _) = value else { return None };
    let number = |key: &str| {
        let entry = entries.iter().find(|entry| &*entry.key.text == key)?;
        let Value::Scalar(scalar) = &entry.value else { return None };
        scalar.text.parse::<f64>().ok().filter(|number| number.abs() <= FARTHEST)
    };
    Some(Point { x: number("x")?, y: number("y")? })
}
