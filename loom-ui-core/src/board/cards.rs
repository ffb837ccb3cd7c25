//! Cards with their sizes, and the wires between their ports; not yet in their places.

use std::collections::{HashMap, HashSet};

use loom_graph::StepId;
use loom_spec::{Program, Step, Test};

use super::fold::{Bundled, Fold, owners};
use super::model::{Model, What};
use super::ports::{port, ports, value_text};
use crate::api::{Badge, BadgeKind, Card, CardKind, Frame, Port, PortState, Severity, Side, Text, Wire, WireKind};
use crate::text::{clip, one_line, width};
use crate::view::{LABEL_SIZE, SUB_SIZE};

/// From the side of a card to its text.
const PADDING: f64 = 12.0;
/// What the first line has beside the text: a sign of what the card is, and one of how it stands.
const SIGNS: f64 = KIND_SIGN + 24.0;
const KIND_SIGN: f64 = 20.0;
/// The height of a card without ports.
const HEAD: f64 = 52.0;
/// Where wires end on cards without rows of ports: beside the first line.
pub(super) const HEAD_PORT: u32 = 24;
/// The height of a port with what is written beside it.
const PITCH: f64 = 20.0;
const SLOT: f64 = 72.0;
/// Below ports and slots.
const FOOT: f64 = 10.0;
const PARAMETER: (f64, f64) = (168.0, 44.0);
const PARAMETER_PORT: u32 = 22;
const DATA_WIDTH: f64 = 192.0;
const STEP_WIDTHS: (f64, f64) = (192.0, 288.0);
/// Steps have one of a few widths, so that a letter more moves nothing.
const WIDTH_STEP: f64 = 48.0;
/// How many characters of a text are kept.
const MOST_TEXT: usize = 2_000;
/// Between what is written beside a port on the left and one on the right.
const BETWEEN: f64 = 14.0;

/// A board whose cards have no places yet.
pub(super) struct Draft {
    pub(super) cards: Vec<Card>,
    pub(super) wires: Vec<Wire>,
    /// For each wire, its cards.
    pub(super) ends: Vec<(usize, usize)>,
    pub(super) frames: Vec<Frame>,
    /// For each card, its frame.
    pub(super) frame_of: Vec<Option<usize>>,
}

/// The cards of a pipeline, with what is folded as one.
pub(super) fn cards(model: &Model<'_>, fold: &Fold) -> Draft {
    let mut maker = Maker::new(model, fold);
    maker.add_frames();
    maker.add_cards();
    maker.add_wires();
    maker.draft
}

struct Maker<'m, 'a> {
    model: &'m Model<'a>,
    fold: &'m Fold,
    draft: Draft,
    /// The card of each node.
    card_of: Vec<usize>,
    /// The frame of each group, and of each of the branches that are drawn one by one.
    frame_of_group: HashMap<usize, usize>,
    frame_of_node: Vec<Option<usize>>,
}

impl<'m, 'a> Maker<'m, 'a> {
    fn new(model: &'m Model<'a>, fold: &'m Fold) -> Self {
        let draft =
            Draft { cards: Vec::new(), wires: Vec::new(), ends: Vec::new(), frames: Vec::new(), frame_of: Vec::new() };
        let count = model.nodes.len();
        Self {
            model,
            fold,
            draft,
            card_of: vec![0; count],
            frame_of_group: HashMap::new(),
            frame_of_node: vec![None; count],
        }
    }

    fn add_frames(&mut self) {
        let model = self.model;
        for step in &model.steps {
            let Some(group) = model.nodes[*step].group.filter(|group| !self.fold.is_folded(*group)) else { continue };
            self.frame_of_group.entry(group).or_insert_with(|| {
                let name = &*model.pipeline.groups[group].name.text;
                self.draft.frames.push(frame(format!("group:{name}"), name, passes_badge(model, group)));
                self.draft.frames.len() - 1
            });
        }
        for (at, node) in model.nodes.iter().enumerate() {
            self.frame_of_node[at] = node.group.and_then(|group| self.frame_of_group.get(&group).copied());
        }
        // Branches that would be one card, were they not to be seen one by one.
        let mut of_step = vec![None; model.nodes.len()];
        for branches in self.fold.branches.iter().filter(|branches| branches.is_open) {
            let is_free = |step: &usize| self.frame_of_node[*step].is_none() && self.fold.bundle_of[*step].is_none();
            if branches.steps.iter().all(is_free) {
                let label = format!("{} ×{}", branches.label, branches.steps.len());
                branches.steps.iter().for_each(|step| of_step[*step] = Some(self.draft.frames.len()));
                self.draft.frames.push(frame(branches.id.clone(), &label, Vec::new()));
            }
        }
        if of_step.iter().any(Option::is_some) {
            let owners = owners(model, &of_step);
            for (at, frame) in self.frame_of_node.iter_mut().enumerate() {
                *frame = frame.or(of_step[at]).or(owners[at]);
            }
        }
    }

    fn add_cards(&mut self) {
        let mut used: Vec<HashSet<&str>> = vec![HashSet::new(); self.model.nodes.len()];
        for flow in &self.model.flows {
            used[flow.from].insert(&flow.from_port);
            used[flow.to].insert(&flow.to_port);
        }
        let mut card_of_bundle: Vec<Option<usize>> = vec![None; self.fold.bundles.len()];
        for (at, used) in used.iter().enumerate() {
            let bundle = self.fold.bundle_of[at];
            if let Some(card) = bundle.and_then(|bundle| card_of_bundle[bundle]) {
                self.card_of[at] = card;
                continue;
            }
            let card = self.draft.cards.len();
            self.card_of[at] = card;
            let (made, frame) = match bundle {
                Some(bundle) => {
                    card_of_bundle[bundle] = Some(card);
                    let first = self.fold.bundles[bundle].members.iter().find(|member| self.is_step(**member));
                    (self.bundle(bundle), first.and_then(|first| self.frame_of_node[*first]))
                }
                None => (self.node(at, used), self.frame_of_node[at]),
            };
            let id = frame.map(|frame| self.draft.frames[frame].id.clone());
            self.draft.cards.push(Card { frame: id, ..made });
            self.draft.frame_of.push(frame);
        }
    }

    fn is_step(&self, node: usize) -> bool {
        matches!(self.model.nodes[node].what, What::Step(_))
    }

    fn node(&self, at: usize, used: &HashSet<&str>) -> Card {
        let (model, node) = (self.model, &self.model.nodes[at]);
        let line = model.line(node.name_span);
        let card = match node.what {
            What::Parameter(index) => {
                let parameter = &model.pipeline.parameters[index];
                let value = value_text(&parameter.value);
                let card = Card { sub: Some(text(&value, SUB_SIZE, PARAMETER.0 - 2.0 * PADDING)), ..blank() };
                let label = text(&parameter.name.text, LABEL_SIZE, PARAMETER.0 - 2.0 * PADDING - KIND_SIGN);
                let ports = vec![head_port("out", Side::Right, PARAMETER_PORT)];
                Card { kind: CardKind::Parameter, label, ports, w: PARAMETER.0, h: PARAMETER.1, ..card }
            }
            What::Data(datum, index) => self.data(datum, index),
            What::Step(id) => self.step(at, id, used),
        };
        let branch = self.fold.branches_of[at].map(|branches| self.fold.branches[branches].id.clone());
        Card { id: node.id.clone(), line, problem: model.severities[at], branch, ..card }
    }

    fn data(&self, datum: loom_graph::DatumId, index: Option<usize>) -> Card {
        let written = index.map(|index| &self.model.pipeline.data[index]);
        let datum = self.model.links.datum(datum);
        let name = written.map_or(&*datum.path, |data| &*data.title.as_ref().unwrap_or(&data.name).text);
        let path = written.map(|data| &*data.path.text);
        let path = path.map(|path| if path.starts_with('$') { &datum.path } else { path });
        let room = DATA_WIDTH - 2.0 * PADDING;
        Card {
            kind: CardKind::Data,
            label: text(name, LABEL_SIZE, room - SIGNS),
            sub: path.map(|path| text(path, SUB_SIZE, room)),
            data_type: written.and_then(|data| data.kind.as_ref()).map(|kind| kind.text.to_string()),
            slot: true,
            ports: vec![head_port("in", Side::Left, HEAD_PORT), head_port("out", Side::Right, HEAD_PORT)],
            w: DATA_WIDTH,
            h: HEAD + SLOT + FOOT,
            ..blank()
        }
    }

    fn step(&self, at: usize, id: StepId, used: &HashSet<&str>) -> Card {
        let step = &self.model.pipeline.steps[id.index()];
        let units = self.model.unit_count(id);
        let mut ports = ports(self.model, at, used);
        if used.contains("in") && !ports.iter().any(|port| port.id == "in") {
            ports.push(head_port("in", Side::Left, HEAD_PORT));
        }
        let sub = program_text(step);
        let (w, h) = set_ports(&mut ports, &step.name.text, &sub);
        let room = w - 2.0 * PADDING;
        Card {
            kind: step_kind(step),
            label: text(&step.name.text, LABEL_SIZE, room - SIGNS),
            sub: (!sub.is_empty()).then(|| text(&sub, SUB_SIZE, room)),
            w,
            h,
            ports,
            badges: step_badges(step, units),
            units: (units > 1).then_some(units),
            ..blank()
        }
    }

    fn bundle(&self, at: usize) -> Card {
        let (model, bundle) = (self.model, &self.fold.bundles[at]);
        let steps = bundle.members.iter().filter_map(|member| model.step(*member));
        let step_count = steps.clone().count();
        let units: usize = steps.map(|(id, _)| model.unit_count(id)).sum();
        let worst = bundle.members.iter().filter_map(|member| model.severities[*member]).max();
        let mut card = Card {
            w: STEP_WIDTHS.0,
            h: HEAD + FOOT,
            units: (units > 1).then_some(units),
            members: bundle.members.iter().map(|member| model.nodes[*member].id.clone()).collect(),
            foldable: true,
            problem: worst,
            ..blank()
        };
        let room = card.w - 2.0 * PADDING;
        let names = || {
            let names: Vec<&str> = bundle
                .members
                .iter()
                .filter(|member| self.is_step(**member))
                .map(|member| model.name(*member))
                .collect();
            names.join(", ")
        };
        match bundle.what {
            Bundled::Group(group) => {
                let written = &model.pipeline.groups[group];
                card.id = format!("group:{}", written.name.text);
                card.kind = CardKind::Group;
                card.label = text(&written.name.text, LABEL_SIZE, room - SIGNS);
                let plural = if step_count == 1 { "" } else { "s" };
                card.sub = Some(text(&format!("{step_count} step{plural}"), SUB_SIZE, room));
                card.badges = passes_badge(model, group);
                card.problem = worst.max(model.group_severities[group]);
                card.line = model.line(written.name.span);
            }
            Bundled::Branches(branches) => {
                let branches = &self.fold.branches[branches];
                card.id.clone_from(&branches.id);
                card.kind = CardKind::Branches;
                let label = format!("{} ×{}", branches.label, branches.steps.len());
                card.label = text(&label, LABEL_SIZE, room - SIGNS);
                card.sub = Some(text(&names(), SUB_SIZE, room));
                card.line = model.line(model.nodes[branches.steps[0]].name_span);
            }
        }
        card
    }

    /// The flows between cards; those between the same two ports are one.
    fn add_wires(&mut self) {
        let mut known: HashMap<(usize, usize, usize, usize), usize> = HashMap::new();
        for flow in &self.model.flows {
            let (from, to) = (self.card_of[flow.from], self.card_of[flow.to]);
            let (is_in, is_out) = (self.is_bundled(flow.to), self.is_bundled(flow.from));
            if from == to && (is_in || flow.kind != WireKind::Feedback) {
                continue;
            }
            let out = self.port(from, if is_out { "out" } else { &flow.from_port }, Side::Right);
            let into = self.port(to, if is_in { "in" } else { &flow.to_port }, Side::Left);
            let count = self.draft.wires.len();
            // Where something flows in several ways, it is drawn as what matters most.
            match known.entry((from, out, to, into)) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    let wire = &mut self.draft.wires[*known.get()];
                    if weight(flow.kind) < weight(wire.kind) {
                        wire.kind = flow.kind;
                    }
                    continue;
                }
                std::collections::hash_map::Entry::Vacant(free) => free.insert(count),
            };
            let (one, other) = (&self.draft.cards[from], &self.draft.cards[to]);
            let (from_port, to_port) = (one.ports[out].id.clone(), other.ports[into].id.clone());
            self.draft.wires.push(Wire {
                id: format!("{}/{from_port}>{}/{to_port}", one.id, other.id),
                from: one.id.clone(),
                from_port,
                to: other.id.clone(),
                to_port,
                kind: flow.kind,
                route: Vec::new(),
            });
            self.draft.ends.push((from, to));
        }
    }

    fn is_bundled(&self, node: usize) -> bool {
        self.fold.bundle_of[node].is_some()
    }

    /// The index of a port; where there is no room for it, of the one for all others; which is made, if need be.
    fn port(&mut self, card: usize, id: &str, side: Side) -> usize {
        let ports = &self.draft.cards[card].ports;
        let other = if side == Side::Left { "in" } else { "out" };
        let find = |ports: &[Port], id: &str| ports.iter().position(|port| port.side == side && port.id == id);
        let found = find(ports, id).or_else(|| find(ports, other)).unwrap_or_else(|| {
            let y = if self.draft.cards[card].kind == CardKind::Parameter { PARAMETER_PORT } else { HEAD_PORT };
            self.draft.cards[card].ports.push(head_port(other, side, y));
            self.draft.cards[card].ports.len() - 1
        });
        self.draft.cards[card].ports[found].state = PortState::Connected;
        found
    }
}

/// A port beside the first line.
fn head_port(id: &str, side: Side, y: u32) -> Port {
    Port { y, ..port(id.to_owned(), side, String::new()) }
}

fn weight(kind: WireKind) -> usize {
    match kind {
        WireKind::Output => 0,
        WireKind::Input => 1,
        WireKind::Argument => 2,
        WireKind::Decision => 3,
        WireKind::Folder => 4,
        WireKind::Feedback => 5,
        WireKind::Parameter => 6,
    }
}

/// Gives ports their heights and as much text as fits, and returns the size of the card.
fn set_ports(ports: &mut [Port], label: &str, sub: &str) -> (f64, f64) {
    let written = |port: &Port| {
        let value = port.value.as_ref().map_or(0.0, |value| 6.0 + width(value, SUB_SIZE));
        width(&port.label, SUB_SIZE) + value
    };
    let mut rows: Vec<[f64; 2]> = Vec::new();
    let mut count = [0; 2];
    for port in ports.iter_mut().filter(|port| port.y == 0) {
        let side = usize::from(port.side == Side::Right);
        let row = count[side];
        count[side] += 1;
        if rows.len() == row {
            rows.push([0.0; 2]);
        }
        rows[row][side] = written(port);
        port.y = (HEAD + PITCH * row as f64 + PITCH / 2.0) as u32;
    }
    let widest = rows.iter().map(|[left, right]| left + right + BETWEEN).fold(0.0, f64::max);
    let text = widest.max(width(&one_line(label), LABEL_SIZE) + SIGNS).max(width(&one_line(sub), SUB_SIZE));
    let w = ((text + 2.0 * PADDING) / WIDTH_STEP).ceil() * WIDTH_STEP;
    let w = w.clamp(STEP_WIDTHS.0, STEP_WIDTHS.1);
    let room = w - 2.0 * PADDING - BETWEEN;
    for port in ports.iter_mut().filter(|port| port.y != HEAD_PORT) {
        let side = usize::from(port.side == Side::Right);
        let across = rows[((f64::from(port.y) - HEAD) / PITCH) as usize][1 - side];
        // Each may have half of the row, and what the other one leaves of its half.
        let room = (room - across).max(room / 2.0);
        let value = port.value.as_ref().map_or(0.0, |value| 6.0 + width(value, SUB_SIZE));
        port.label = clip(&port.label, SUB_SIZE, (room - value).max(room * 0.6));
        let left = room - width(&port.label, SUB_SIZE) - 6.0;
        port.value = port.value.take().map(|value| clip(&value, SUB_SIZE, left)).filter(|value| value != "…");
    }
    let foot = if rows.is_empty() { 0.0 } else { FOOT };
    (w, HEAD + PITCH * rows.len() as f64 + foot)
}

fn frame(id: String, label: &str, badges: Vec<Badge>) -> Frame {
    let label = Text { shown: String::new(), full: label.to_owned() };
    Frame { id, label, badges, x: 0.0, y: 0.0, w: 0.0, h: 0.0 }
}

pub(super) fn step_kind(step: &Step) -> CardKind {
    match &step.program {
        Program::Condition(_) => CardKind::Condition,
        Program::Switch(_) => CardKind::Switch,
        Program::Task(_) | Program::Words(_) | Program::Shell(_) => CardKind::Step,
    }
}

/// What is run, in short.
pub(super) fn program_text(step: &Step) -> String {
    match &step.program {
        Program::Task(task) => task.text.to_string(),
        Program::Shell(line) => line.text.to_string(),
        Program::Words(words) => words.iter().take(8).map(|word| &*word.text).collect::<Vec<_>>().join(" "),
        Program::Switch(switch) => format!("by {}", switch.condition.text),
        Program::Condition(condition) => {
            let what = match &condition.test {
                Test::Predicate(predicate) => predicate.word().replace('_', " "),
                Test::Script(script) => script.text.to_string(),
            };
            if condition.negate { format!("not: {what}") } else { what }
        }
    }
}

fn badge(kind: BadgeKind, text: impl Into<String>, title: impl Into<String>) -> Badge {
    Badge { kind, text: text.into(), title: title.into() }
}

fn step_badges(step: &Step, units: usize) -> Vec<Badge> {
    let mut badges = Vec::new();
    if step.optional {
        badges.push(badge(BadgeKind::Optional, "optional", "runs only if it is asked for"));
    }
    if step.disabled {
        badges.push(badge(BadgeKind::Disabled, "disabled", "runs only if it is selected by name"));
    }
    if let Some(each) = &step.each {
        let filter = each.filter.as_ref().map_or("each file", |filter| &*filter.text);
        let title = format!("runs once for each file of {}", each.over.text);
        badges.push(badge(BadgeKind::Loop, clip(&one_line(filter), SUB_SIZE, 72.0), title));
    }
    if units > 1 {
        badges.push(badge(BadgeKind::Sweep, format!("×{units}"), format!("runs for {units} configurations")));
    }
    if let Some(gather) = &step.gather {
        let title = match &gather.axes {
            None => "gets what all configurations made".to_owned(),
            Some(axes) => {
                let axes: Vec<&str> = axes.iter().map(|axis| &*axis.text).collect();
                format!("gets what all configurations of {} made", axes.join(", "))
            }
        };
        badges.push(badge(BadgeKind::Gather, "gathers", title));
    }
    badges
}

fn passes_badge(model: &Model<'_>, group: usize) -> Vec<Badge> {
    let Some(passes) = &model.pipeline.groups[group].passes else { return Vec::new() };
    let count = passes.pass_count();
    let plural = if count == 1 { "" } else { "es" };
    let (text, title) = match &passes.stop {
        Some(stop) => (
            format!("≤ {count} pass{plural}"),
            format!("in {count} pass{plural} at most, until {} says so", stop.script.text),
        ),
        None => (format!("{count} pass{plural}"), format!("runs in {count} pass{plural}, one after another")),
    };
    vec![badge(BadgeKind::Passes, text, title)]
}

/// As much of a text as fits. Of a very long one not all is kept.
fn text(full: &str, size: f64, room: f64) -> Text {
    let full = match full.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", &full[..end]),
        None => full.to_owned(),
    };
    Text { shown: clip(&one_line(&full), size, room), full }
}

/// A card of which nothing is said.
fn blank() -> Card {
    let nothing = Text { shown: String::new(), full: String::new() };
    Card {
        id: String::new(),
        kind: CardKind::Data,
        label: nothing,
        sub: None,
        data_type: None,
        x: 0.0,
        y: 0.0,
        w: 0.0,
        h: 0.0,
        pinned: false,
        frame: None,
        ports: Vec::new(),
        slot: false,
        badges: Vec::new(),
        units: None,
        members: Vec::new(),
        foldable: false,
        branch: None,
        problem: None::<Severity>,
        line: 1,
    }
}
