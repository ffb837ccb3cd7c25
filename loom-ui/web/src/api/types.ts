// Made from the types of loom-ui-core/src/api: see loom-ui/tests/types.rs.

export type Point = { 
/**
 * From the left.
 */
x: number, 
/**
 * From the top.
 */
y: number, };

export type Text = { 
/**
 * As much of it as there is room for, on one line.
 */
shown: string, 
/**
 * The whole text.
 */
full: string, };

export type Side = "left" | "right";

export type PortState = "connected" | "value" | "open";

export type Port = { 
/**
 * `in:KEY`, `out:KEY`, `arg:KEY` on steps; `loop:over`, `loop:into`; `condition`, `data`, `then` and `else` of a switch; `out`
 * of a condition; `in` of a step for what it uses outside of its inputs and arguments, in its command or its
 * environment, and for those that there is no room for; `in` and `out` elsewhere.
 */
id: string, 
/**
 * Which side it is on.
 */
side: Side, 
/**
 * From the upper side of the card to its middle.
 */
y: number, 
/**
 * What is written beside it, clipped to its room; empty if nothing.
 */
label: string, 
/**
 * The value that is written out there, clipped to its room.
 */
value: string | null, 
/**
 * The type of data that it takes or gives, if the task says so.
 */
data_type: string | null, 
/**
 * Whether the task cannot do without.
 */
required: boolean, 
/**
 * What is there.
 */
state: PortState, };

export type BadgeKind = "optional" | "disabled" | "loop" | "passes" | "sweep" | "gather";

export type Badge = { 
/**
 * What.
 */
kind: BadgeKind, 
/**
 * In a word or two: `optional`, `×12`, `*.txt`.
 */
text: string, 
/**
 * In a sentence.
 */
title: string, };

export type CardKind = "step" | "condition" | "switch" | "data" | "parameter" | "group" | "branches";

export type Card = { 
/**
 * Its id; see [`api`](super).
 */
id: string, 
/**
 * What it is.
 */
kind: CardKind, 
/**
 * What to call it.
 */
label: Text, 
/**
 * A second line: what a step runs, the path of data, the value of a parameter.
 */
sub: Text | null, 
/**
 * The type of a data node, as it is written.
 */
data_type: string | null, 
/**
 * Its left side.
 */
x: number, 
/**
 * Its upper side.
 */
y: number, 
/**
 * Width.
 */
w: number, 
/**
 * Height.
 */
h: number, 
/**
 * Somebody moved it there, and the layout leaves it.
 */
pinned: boolean, 
/**
 * The frame that it stands in, by id.
 */
frame: string | null, 
/**
 * Where wires may end. Offsets are from its upper side.
 */
ports: Array<Port>, 
/**
 * Whether there is room for a picture or lines of what is in a file: at its full width less the padding, 72 px high, from
 * 52 px below its upper side.
 */
slot: boolean, 
/**
 * What is special about it.
 */
badges: Array<Badge>, 
/**
 * How many units it stands for, if that is more than one: of a sweep, a loop, a folded group or branches.
 */
units: number | null, 
/**
 * Of a folded group, or of branches: the ids of the cards that it stands for.
 */
members: Array<string>, 
/**
 * Whether it is folded and can be unfolded: a group, or branches.
 */
foldable: boolean, 
/**
 * The branches that it is one of, by id, if there are others like it: they can be folded.
 */
branch: string | null, 
/**
 * The worst problem at its place in the file.
 */
problem: Severity | null, 
/**
 * The line of its definition, from 1.
 */
line: number, };

export type WireKind = "input" | "argument" | "output" | "parameter" | "folder" | "feedback" | "decision";

export type Wire = { 
/**
 * `FROM/PORT>TO/PORT`.
 */
id: string, 
/**
 * The card that it comes from.
 */
from: string, 
/**
 * The port there.
 */
from_port: string, 
/**
 * The card that it leads to.
 */
to: string, 
/**
 * The port there.
 */
to_port: string, 
/**
 * What it stands for.
 */
kind: WireKind, 
/**
 * Its course in the board's coordinates, from port to port: points two by two. Within a pair it runs level; from one pair to
 * the next it is a curve, level at both ends, or a line straight down where both have one `x`.
 */
route: Array<Point>, };

export type Frame = { 
/**
 * `group:NAME`, or `fold:NAME` round branches that are unfolded.
 */
id: string, 
/**
 * The name.
 */
label: Text, 
/**
 * What is special about it.
 */
badges: Array<Badge>, 
/**
 * Its left side.
 */
x: number, 
/**
 * Its upper side.
 */
y: number, 
/**
 * Width.
 */
w: number, 
/**
 * Height.
 */
h: number, };

export type Board = { 
/**
 * Parameters, data, steps, in the order in which the keyboard goes through them: along the data.
 */
cards: Array<Card>, 
/**
 * What flows where, by id.
 */
wires: Array<Wire>, 
/**
 * The groups that are not folded, and branches that somebody unfolded.
 */
frames: Array<Frame>, 
/**
 * The width of it all.
 */
width: number, 
/**
 * The height of it all.
 */
height: number, };

export type BoardChange = { 
/**
 * New and changed cards.
 */
cards: Array<Card>, 
/**
 * Cards that are gone.
 */
gone_cards: Array<string>, 
/**
 * The ids of all cards in order, if the order changed.
 */
order: Array<string> | null, 
/**
 * New and changed wires.
 */
wires: Array<Wire>, 
/**
 * Wires that are gone.
 */
gone_wires: Array<string>, 
/**
 * All frames, if any changed.
 */
frames: Array<Frame> | null, 
/**
 * The width of it all.
 */
width: number, 
/**
 * The height of it all.
 */
height: number, };

export type Severity = "warning" | "error";

export type Place = { 
/**
 * Line.
 */
line: number, 
/**
 * Column.
 */
column: number, 
/**
 * Line of the end.
 */
end_line: number, 
/**
 * Column behind the end.
 */
end_column: number, };

export type Fix = { 
/**
 * What it does: `change to $dataset`.
 */
label: string, 
/**
 * The edit.
 */
ops: Array<Op>, };

export type Diagnostic = { 
/**
 * Which kind of problem: `unknown-reference`.
 */
code: string, 
/**
 * How bad it is.
 */
severity: Severity, 
/**
 * In a sentence.
 */
message: string, 
/**
 * How to go on.
 */
hint: string | null, 
/**
 * The card that it is about, if there is one.
 */
node: string | null, 
/**
 * The port of the card.
 */
port: string | null, 
/**
 * Its places, the first one foremost, each with a word.
 */
places: Array<[Place, string]>, 
/**
 * The line of the file at the first place.
 */
excerpt: string | null, 
/**
 * What would mend it.
 */
fixes: Array<Fix>, };

export type Parameter = { 
/**
 * `param:NAME`.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its value as it is written.
 */
value: string, 
/**
 * Its value in the file on the disk, if it has another there.
 */
saved: string | null, 
/**
 * In how many places it is used.
 */
uses: number, 
/**
 * Its line.
 */
line: number, };

export type OutlineItem = { 
/**
 * The id of the node.
 */
id: string, 
/**
 * The card that shows it: itself, or the one that it is folded into. None if no card does.
 */
card: string | null, 
/**
 * What it is.
 */
kind: CardKind, 
/**
 * What to call it.
 */
label: string, 
/**
 * A second line.
 */
sub: string | null, 
/**
 * How deep it stands: 0 is outermost.
 */
depth: number, 
/**
 * The worst problem at its place in the file.
 */
problem: Severity | null, 
/**
 * Its line.
 */
line: number, };

export type OutsideKind = "changed" | "deleted" | "unreadable";

export type Conflict = { 
/**
 * Tells it apart from the others.
 */
id: string, 
/**
 * Where: `parameters › threshold_low`.
 */
label: string, 
/**
 * As it was before, as text.
 */
base: string | null, 
/**
 * As it is here; none if it was removed.
 */
mine: string | null, 
/**
 * As it is in the file; none if it was removed.
 */
theirs: string | null, };

export type Outside = { 
/**
 * What happened to it.
 */
kind: OutsideKind, 
/**
 * In a sentence.
 */
message: string, 
/**
 * What both sides changed.
 */
conflicts: Array<Conflict>, };

export type DocState = { 
/**
 * The id of the document.
 */
id: string, 
/**
 * The path of the file, relative to the folder that was opened.
 */
path: string, 
/**
 * Counts every change of the text, and of nothing else.
 */
rev: number, 
/**
 * Whether the text differs from the file.
 */
dirty: boolean, 
/**
 * What was read from the disk, or written to it, last: what a save must say it knows.
 */
version: string, 
/**
 * Whether the file can be written; if not, why.
 */
read_only: string | null, 
/**
 * The text cannot be read as YAML: the board is that of the last text that could.
 */
broken: boolean, 
/**
 * The graph.
 */
board: Board, 
/**
 * What is wrong, in file order.
 */
diagnostics: Array<Diagnostic>, 
/**
 * The parameters, in file order.
 */
parameters: Array<Parameter>, 
/**
 * Everything, folded or not: groups, steps, data.
 */
outline: Array<OutlineItem>, 
/**
 * What undo would undo: `rename a to b`.
 */
undo: string | null, 
/**
 * What redo would do again.
 */
redo: string | null, 
/**
 * The file was changed by somebody else, and that could not be taken over by itself.
 */
outside: Outside | null, };

export type TextDiff = { 
/**
 * A unified diff; empty if they do not.
 */
unified: string, 
/**
 * How many lines are new.
 */
added: number, 
/**
 * How many lines are gone.
 */
removed: number, };

export type FieldKind = "name" | "text" | "number" | "switch" | "choice" | "reference" | "yaml";

export type Field = { 
/**
 * Keys that lead to it from the node: `["args", "--rows"]`. What [`Op::Set`](super::Op::Set) takes.
 */
path: Array<string>, 
/**
 * A heading that it stands under: `inputs`, `outputs`, `args`, `settings`.
 */
section: string, 
/**
 * What to call it.
 */
label: string, 
/**
 * How to ask for it.
 */
kind: FieldKind, 
/**
 * What is written; none if nothing is.
 */
value: Written | null, 
/**
 * The value as text, as it would be typed.
 */
text: string | null, 
/**
 * What the file on the disk has, as text, if that is something else; `Some("")` if it has nothing.
 */
saved: string | null, 
/**
 * What the task does without it.
 */
default: string | null, 
/**
 * What it may be.
 */
choices: Array<string>, 
/**
 * What the task says of it.
 */
description: string | null, 
/**
 * The type, in a word.
 */
data_type: string | null, 
/**
 * Whether the task cannot do without.
 */
required: boolean, 
/**
 * Its line, if it is written.
 */
line: number | null, 
/**
 * What is wrong with it.
 */
problem: string | null, };

export type UsedBy = { 
/**
 * The node that uses it.
 */
node: string, 
/**
 * What to call that.
 */
label: string, 
/**
 * How: `inputs › data`.
 */
how: string, 
/**
 * The line.
 */
line: number, };

export type Details = { 
/**
 * Its id.
 */
id: string, 
/**
 * What it is.
 */
kind: CardKind, 
/**
 * Its name as it is written.
 */
name: string, 
/**
 * What the task, or the file, says of it.
 */
description: string | null, 
/**
 * What can be set, in the order to show it in.
 */
fields: Array<Field>, 
/**
 * The very command line, of a step.
 */
command: string | null, 
/**
 * The task file, relative to the pipeline folder, if there is one.
 */
task: string | null, 
/**
 * Where it is used.
 */
used_by: Array<UsedBy>, 
/**
 * Its piece of the file, as it is written.
 */
text: string, 
/**
 * Where that is.
 */
place: Place, };

export type Written = { "text": string } | { "quoted": string } | { "list": Array<Written> } | { "map": Array<[string, Written]> };

export type Target = { 
/**
 * The card.
 */
node: string, 
/**
 * The port.
 */
port: string, };

export type NewStep = { 
/**
 * The task file, relative to the pipeline folder; else it is a condition, a switch, or a command.
 */
task: string | null, 
/**
 * A line for the shell.
 */
command: string | null, 
/**
 * `condition` or `switch`.
 */
kind: string | null, 
/**
 * Its name; found from the task if there is none.
 */
name: string | null, 
/**
 * The group that it is put into, by id.
 */
group: string | null, };

export type RemoveRefs = "refuse" | "detach" | "cascade";

export type Op = { "op": "set", 
/**
 * The node.
 */
node: string, 
/**
 * Keys, as of [`Field::path`](super::Field::path); of a parameter none, and of data none is the path.
 */
path: Array<string>, 
/**
 * The value.
 */
value: Written, } | { "op": "unset", 
/**
 * The node.
 */
node: string, 
/**
 * Keys.
 */
path: Array<string>, } | { "op": "add_step" } & NewStep | { "op": "add_data", 
/**
 * Its name; found from the path if there is none.
 */
name: string | null, 
/**
 * Its type.
 */
data_type: string | null, 
/**
 * Its path.
 */
path: string, } | { "op": "add_parameter", 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: Written, } | { "op": "remove", 
/**
 * The node.
 */
node: string, 
/**
 * What to do with what refers to it.
 */
refs: RemoveRefs, } | { "op": "rename", 
/**
 * The node.
 */
node: string, 
/**
 * The new name.
 */
to: string, } | { "op": "connect", 
/**
 * Where from.
 */
from: Target, 
/**
 * Where to.
 */
to: Target, } | { "op": "disconnect", 
/**
 * The id of the wire.
 */
wire: string, } | { "op": "group", 
/**
 * The steps.
 */
nodes: Array<string>, 
/**
 * The name of the group.
 */
name: string, } | { "op": "ungroup", 
/**
 * The group.
 */
node: string, } | { "op": "reorder", 
/**
 * The step.
 */
node: string, 
/**
 * The other one.
 */
before: string | null, } | { "op": "move", 
/**
 * Cards and their upper left corners.
 */
positions: Array<[string, number, number]>, } | { "op": "unpin", 
/**
 * The cards.
 */
nodes: Array<string>, } | { "op": "paste", 
/**
 * `data`, `parameters` and `pipeline`, as in a file.
 */
text: string, };

export type EditRequest = { 
/**
 * The revision that they were made for. If there were others since, they are made on top of those, where that is sure to
 * mean the same.
 */
base_rev: number, 
/**
 * What undo is to call them; else it is found from what they do.
 */
label: string | null, 
/**
 * Edits that come after one another with the same word are one step for undo: typing, dragging.
 */
coalesce: string | null, 
/**
 * What to do, in this order; all of it or nothing.
 */
ops: Array<Op>, };

export type OpVerdict = { 
/**
 * Whether it could.
 */
allowed: boolean, 
/**
 * Why not, or what one should know of it: that the types differ.
 */
reason: string | null, 
/**
 * What refers to what it removes or renames.
 */
refs: Array<UsedBy>, 
/**
 * What it would change in the text.
 */
diff: TextDiff | null, };

export type Choice = "mine" | "theirs";

export type MergeChoices = { 
/**
 * Each by its id.
 */
choices: Array<[string, Choice]>, };

export type RunTarget = "all" | { "steps": Array<string> } | { "from": Array<string> } | { "until": Array<string> } | { "group": string } | { "data": string } | { "failed_of": string };

export type PlanRequest = { 
/**
 * Which steps.
 */
target: RunTarget, 
/**
 * Optional steps that are to run, too.
 */
include: Array<string>, 
/**
 * Parameters with other values, for this run only.
 */
set: Array<[string, string]>, 
/**
 * Values that configurations are to have.
 */
only: Array<[string, string]>, 
/**
 * Whether everything selected runs, be it up to date or not.
 */
force: boolean, };

export type RunRequest = { 
/**
 * What is to run.
 */
plan: PlanRequest, 
/**
 * How many units at the same time; none is as the pipeline says.
 */
workers: number | null, 
/**
 * The revision that is meant: another one, or one that is not saved, is refused.
 */
rev: number, };

export type StopRequest = { 
/**
 * Units that end as if they had failed, while the run goes on; with none, all of the run ends.
 */
units: Array<string>, };

export type PlannedUnit = { 
/**
 * Its name.
 */
unit: string, 
/**
 * The id of its step.
 */
node: string, 
/**
 * Whether it is to run.
 */
runs: boolean, 
/**
 * Why, or why not.
 */
why: Array<string>, 
/**
 * What would run.
 */
command: string | null, 
/**
 * How long it took when it last ended well.
 */
expected_ms: number | null, };

export type Plan = { 
/**
 * The units in an order in which they could run; at most 2,000 of them.
 */
units: Array<PlannedUnit>, 
/**
 * How many are to run.
 */
to_run: number, 
/**
 * How many are up to date.
 */
up_to_date: number, 
/**
 * How long those took when they last ended well, all in all; of those of which it is known.
 */
expected_ms: number, 
/**
 * Why nothing can run.
 */
problems: Array<Diagnostic>, };

export type UnitState = "running" | "queued" | "failed" | "stopped" | "skipped" | "not_met" | "stale" | "fresh" | "left_out" | "unknown";

export type Counts = { 
/**
 * All.
 */
units: number, 
/**
 * Ran well, or are up to date.
 */
ok: number, 
/**
 * Failed.
 */
failed: number, 
/**
 * Are running.
 */
running: number, 
/**
 * Could not run, or were led past.
 */
skipped: number, 
/**
 * Are to run.
 */
stale: number, };

export type StepState = { 
/**
 * The card.
 */
id: string, 
/**
 * Of all its units the one that matters most.
 */
state: UnitState, 
/**
 * Why it is not up to date, or how it failed.
 */
why: Array<string>, 
/**
 * Its units, if there are several.
 */
counts: Counts, 
/**
 * When what runs began.
 */
began: number | null, 
/**
 * How long it took last.
 */
took_ms: number | null, };

export type FileKind = "image" | "table" | "json" | "text" | "video" | "folder" | "binary";

export type DataState = { 
/**
 * The card.
 */
id: string, 
/**
 * Whether anything is there.
 */
exists: boolean, 
/**
 * What is there.
 */
kind: FileKind | null, 
/**
 * Its size; of a folder the number of entries.
 */
size: number | null, 
/**
 * When it was changed.
 */
modified: number | null, 
/**
 * Changes whenever what is there does.
 */
etag: string, 
/**
 * What makes it is to run again.
 */
stale: boolean, 
/**
 * Its first lines, each cut to 60 characters; at most 4.
 */
lines: Array<string>, 
/**
 * Whether there is a picture of it.
 */
thumb: boolean, 
/**
 * The numbers in it that it says it is compared by, as text.
 */
numbers: Array<[string, string]>, };

export type States = { 
/**
 * Of steps, folded groups and branches.
 */
steps: Array<StepState>, 
/**
 * Of data.
 */
data: Array<DataState>, };

export type RunState = "waiting" | "running" | "ok" | "failed" | "stopped" | "lost";

export type RunInfo = { 
/**
 * Its name.
 */
run: string, 
/**
 * Counts the runs of the pipeline that are kept; 1 is the oldest.
 */
number: number, 
/**
 * When it began.
 */
began: number, 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Whether it was started by this program, since it was opened: then it can be stopped here.
 */
ours: boolean, 
/**
 * How long it took, or has taken.
 */
took_ms: number, 
/**
 * How long is still expected, if that is known.
 */
left_ms: number | null, 
/**
 * Its units.
 */
counts: Counts, 
/**
 * How many were up to date.
 */
up_to_date: number, 
/**
 * How many may run at the same time.
 */
workers: number, 
/**
 * What is different from the run before, in few words.
 */
changed: string | null, 
/**
 * What went wrong with the run itself, as against its units.
 */
trouble: string | null, };

export type UnitRow = { 
/**
 * Its name.
 */
unit: string, 
/**
 * The id of its step, by the pipeline as it is now.
 */
node: string, 
/**
 * How it stands.
 */
state: UnitState, 
/**
 * Since the run began; none if it did not.
 */
started_ms: number | null, 
/**
 * How long it took, or has taken.
 */
took_ms: number, 
/**
 * How long it took when it last ended well.
 */
expected_ms: number | null, 
/**
 * What ran beside it is in another lane; from 0.
 */
lane: number | null, 
/**
 * Whether it is one of those that the run could not have been shorter without.
 */
critical: boolean, 
/**
 * How it ended, in words: `exit code 1`.
 */
outcome: string | null, 
/**
 * Why it ran.
 */
why: Array<string>, 
/**
 * What ran.
 */
command: string | null, 
/**
 * How often it was tried again.
 */
retries: number, 
/**
 * Whether there is output.
 */
log: boolean, };

export type RunDetail = { 
/**
 * The run.
 */
info: RunInfo, 
/**
 * What became of the units, in the order in which they were first heard of.
 */
units: Array<UnitRow>, 
/**
 * How many lanes [`UnitRow::lane`] goes through.
 */
lanes: number, };

export type LogSpan = { 
/**
 * The text.
 */
text: string, 
/**
 * Words of style: `bold dim italic underline`, `red green yellow blue magenta cyan white black gray`, a colour with `bg-`
 * before it; parted by spaces, empty for plain.
 */
style: string, };

export type LogLine = { 
/**
 * The pieces of the line.
 */
spans: Array<LogSpan>, 
/**
 * Whether it looks like an error.
 */
error: boolean, };

export type LogPage = { 
/**
 * The number of the first line, from 0.
 */
from: number, 
/**
 * The lines.
 */
lines: Array<LogLine>, 
/**
 * How many there are in all, so far.
 */
total: number, 
/**
 * The number of the first line that looks like an error.
 */
first_error: number | null, 
/**
 * Of a search: the numbers of all lines that match, at most 10,000.
 */
matches: Array<number>, 
/**
 * Whether there will be more: it is still running.
 */
open: boolean, };

export type RunDiffLine = { 
/**
 * The unit.
 */
unit: string, 
/**
 * What: `result`, `duration`, `command`.
 */
what: string, 
/**
 * In the one.
 */
one: string | null, 
/**
 * In the other.
 */
other: string | null, };

export type RunDiff = { 
/**
 * The one.
 */
one: RunInfo, 
/**
 * The other.
 */
other: RunInfo, 
/**
 * What differs, unit by unit and key by key.
 */
lines: Array<RunDiffLine>, };

export type FileLink = { 
/**
 * The id to ask for it by.
 */
id: string, 
/**
 * What to call it.
 */
label: string, 
/**
 * Whether it is there.
 */
exists: boolean, };

export type DataFacts = { 
/**
 * The card.
 */
id: string, 
/**
 * The path, relative to the pipeline folder.
 */
path: string, 
/**
 * How it stands.
 */
state: DataState, 
/**
 * The step that makes it.
 */
producer: string | null, 
/**
 * The steps that read it.
 */
consumers: Array<string>, 
/**
 * Where it comes in several, one for each unit that makes it: their paths, at most 1,000.
 */
instances: Array<FileLink>, };

export type TreeItem = { 
/**
 * How deep it is; 0 is outermost.
 */
depth: number, 
/**
 * Its key or index.
 */
key: string, 
/**
 * Its value; of a list or mapping how many it holds: `[3]`, `{2}`.
 */
value: string, 
/**
 * Whether it holds others.
 */
holds: boolean, };

export type PreviewEntry = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its size.
 */
size: number, 
/**
 * Whether it is a folder.
 */
folder: boolean, };

export type PreviewKind = { "kind": "image", 
/**
 * Width in pixels, if that could be found out.
 */
width: number, 
/**
 * Height in pixels.
 */
height: number, } | { "kind": "table", 
/**
 * The names of the columns.
 */
columns: Array<string>, 
/**
 * The rows from `offset` on; as many as were asked for, at most 1,000.
 */
rows: Array<Array<string>>, 
/**
 * The number of the first row.
 */
offset: number, 
/**
 * How many rows there are, if all of the file was read.
 */
total: number | null, } | { "kind": "json", 
/**
 * The values, at most 2,000.
 */
items: Array<TreeItem>, 
/**
 * Whether there are more.
 */
cut: boolean, } | { "kind": "text", 
/**
 * The first 256 kB.
 */
text: string, 
/**
 * Whether there is more.
 */
cut: boolean, } | { "kind": "folder", 
/**
 * Its entries by name, at most 1,000.
 */
entries: Array<PreviewEntry>, 
/**
 * How many there are.
 */
total: number, } | { "kind": "binary", 
/**
 * Its first bytes, as hexadecimal numbers and text.
 */
head: string, };

export type Preview = { 
/**
 * The card.
 */
id: string, 
/**
 * The path, relative to the pipeline folder.
 */
path: string, 
/**
 * Its size.
 */
size: number, 
/**
 * When it was changed.
 */
modified: number, 
/**
 * What is in it.
 */
content: PreviewKind, };

export type CleanEntry = { 
/**
 * Its path, relative to the pipeline folder.
 */
path: string, 
/**
 * Its size.
 */
size: number, 
/**
 * Who made it.
 */
made_by: string | null, };

export type CleanPreview = { 
/**
 * Exactly these are removed, or nothing.
 */
token: string, 
/**
 * What steps made.
 */
entries: Array<CleanEntry>, 
/**
 * What is left alone, and why.
 */
left_alone: Array<[string, string]>, };

export type ColumnKind = "parameter" | "metric" | "duration";

export type ComparisonColumn = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it is.
 */
kind: ColumnKind, 
/**
 * Which is better: `min`, `max`; none if that is not declared.
 */
goal: string | null, 
/**
 * As text, one for each row.
 */
texts: Array<string>, 
/**
 * As numbers, one for each row; none where it is none.
 */
numbers: Array<number | null>, 
/**
 * Whether all that there are are numbers.
 */
numeric: boolean, };

export type ComparisonRow = { 
/**
 * Its name: `lr=0.1,depth=2`, or that of a unit.
 */
label: string, 
/**
 * `ok`, `outdated`, `failed`, `missing`.
 */
state: string, 
/**
 * The id of the step that made its numbers, if it is one.
 */
node: string | null, 
/**
 * The unit.
 */
unit: string | null, 
/**
 * What "use as default" would set: parameters and their values.
 */
defaults: Array<[string, string]>, };

export type Comparison = { 
/**
 * A row for each configuration, or for each unit where there is no sweep.
 */
rows: Array<ComparisonRow>, 
/**
 * Parameters first, then numbers, then the duration.
 */
columns: Array<ComparisonColumn>, 
/**
 * Parameters that all rows have the same value of.
 */
constant: Array<[string, string]>, 
/**
 * Numbers that came out the same in all rows.
 */
alike: Array<[string, string]>, 
/**
 * The best row by the first goal that is declared.
 */
best: number | null, 
/**
 * Why numbers that should be there are not.
 */
troubles: Array<string>, 
/**
 * Why there is nothing to compare.
 */
empty: string | null, };

export type Session = { 
/**
 * The version of loom.
 */
version: string, 
/**
 * The folder that was opened, as people would write it.
 */
root: string, 
/**
 * Whether a folder was opened, and not one file.
 */
workspace: boolean, 
/**
 * The document to show at first.
 */
first: string | null, 
/**
 * Whether anything can be written or run.
 */
read_only: boolean, 
/**
 * Whether files can be opened with the programs of the system.
 */
can_open: boolean, };

export type PipelineEntry = { 
/**
 * The id to open it by.
 */
id: string, 
/**
 * Its path, relative to the folder.
 */
path: string, 
/**
 * How many steps it has.
 */
steps: number, 
/**
 * How its last run ended, if there was one.
 */
last_run: RunState | null, 
/**
 * Why it cannot be read.
 */
error: string | null, };

export type TaskPort = { 
/**
 * The key or flag.
 */
name: string, 
/**
 * The type of data.
 */
data_type: string | null, 
/**
 * What it is.
 */
description: string | null, 
/**
 * Whether the task cannot do without.
 */
required: boolean, };

export type TaskArgument = { 
/**
 * The flag.
 */
name: string, 
/**
 * The type of value.
 */
value_type: string | null, 
/**
 * What it is.
 */
description: string | null, 
/**
 * What is taken without it.
 */
default: string | null, 
/**
 * What it may be.
 */
choices: Array<string>, 
/**
 * Whether the task cannot do without.
 */
required: boolean, };

export type TaskInfo = { 
/**
 * Its path, relative to the pipeline folder.
 */
path: string, 
/**
 * What its docstring says first.
 */
description: string | null, 
/**
 * What it reads.
 */
inputs: Array<TaskPort>, 
/**
 * What it makes.
 */
outputs: Array<TaskPort>, 
/**
 * What else it takes.
 */
args: Array<TaskArgument>, 
/**
 * What is wrong with its front matter.
 */
error: string | null, };

export type Problem = { 
/**
 * Which kind: `stale`, `refused`, `changed_on_disk`, `unsaved`, `not_found`, `unauthorized`, `cannot_write`.
 */
code: string, 
/**
 * In a sentence, with what to do.
 */
message: string, };

export type ClientMessage = { "t": "sub", 
/**
 * The document.
 */
doc: string, } | { "t": "watch_log", 
/**
 * The document.
 */
doc: string, 
/**
 * The run.
 */
run: string, 
/**
 * The unit.
 */
unit: string, 
/**
 * The first line.
 */
from: number, } | { "t": "unwatch_log" } | { "t": "ping" };

export type ServerMessage = { "t": "hello", 
/**
 * The version of loom.
 */
version: string, } | { "t": "doc", 
/**
 * The document.
 */
doc: string, 
/**
 * How it is now; with an empty board.
 */
state: DocState, 
/**
 * What became of the board.
 */
board: BoardChange, } | { "t": "states", 
/**
 * The document.
 */
doc: string, 
/**
 * The cards.
 */
states: States, } | { "t": "run", 
/**
 * The document.
 */
doc: string, 
/**
 * How it is now.
 */
info: RunInfo, 
/**
 * Units of which something is new.
 */
units: Array<UnitRow>, } | { "t": "log", 
/**
 * The run.
 */
run: string, 
/**
 * The unit.
 */
unit: string, 
/**
 * The lines.
 */
page: LogPage, } | { "t": "compare", 
/**
 * The document.
 */
doc: string, } | { "t": "tasks", 
/**
 * The document.
 */
doc: string, } | { "t": "presence", 
/**
 * That many.
 */
tabs: number, } | { "t": "resync" } | { "t": "pong" };
