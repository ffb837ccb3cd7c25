// Pipelines as large as anybody has them, of commands that cost nearly nothing.

/** Chains of steps that also read from the chain beside them; each step with a parameter and something that it makes: three boxes a step. */
export function chains({ steps, rows, grouped = 0 }) {
  const [data, parameters, pipeline] = [["  seed: {type: txt, path: seed.txt}"], [], []];
  for (let at = 0; at < steps; at += 1) {
    const [row, column] = [at % rows, Math.floor(at / rows)];
    const name = `s${row}_${column}`;
    const from = column === 0 ? "seed" : `d${row}_${column - 1}`;
    const beside = column === 0 || row === 0 ? [] : [`      beside: $d${row - 1}_${column - 1}`];
    data.push(`  d${row}_${column}: {type: txt, path: out/${row}/${column}.txt}`);
    parameters.push(`  p${row}_${column}: ${at}`);
    pipeline.push(["  - name: " + name, "    command: [\"true\"]", "    inputs:", `      from: $${from}`, ...beside, "    outputs:", `      --out: $d${row}_${column}`, "    args:", `      --p: $p${row}_${column}`]);
  }
  return `data:\n${data.join("\n")}\nparameters:\n${parameters.join("\n")}\npipeline:\n${grouped === 0 ? pipeline.map((lines) => lines.join("\n")).join("\n") : inGroups(pipeline, grouped)}\n`;
}

function inGroups(steps, size) {
  const out = [];
  for (let at = 0; at < steps.length; at += size) {
    out.push(`  - group: g${at / size}`, "    steps:", ...steps.slice(at, at + size).flat().map((line) => `    ${line}`));
  }
  return out.join("\n");
}

/** One step that is swept: so many units of a copy. */
export function sweep(units, { sleep = "" } = {}) {
  const side = Math.ceil(Math.sqrt(units));
  const values = (many) => `[${Array.from({ length: many }, (_, at) => at).join(", ")}]`;
  const command = sleep === "" ? "[cp]" : `[sh, -c, 'sleep ${sleep}; cp "$@"', sh]`;
  return `data:
  seed: {type: txt, path: seed.txt}
  made: {type: txt, path: "out/{a}/{b}.txt"}
parameters: {a: 0, b: 0}
sweep:
  axes:
    a: ${values(Math.ceil(units / side))}
    b: ${values(side)}
pipeline:
  - name: copy
    command: ${command}
    inputs: {from: $seed}
    outputs: {-T: $made}
`;
}

/** A step that writes so many megabytes to its standard output, in lines of 100 bytes. */
export function talker(megabytes) {
  return `data:
  done: {type: txt, path: done.txt}
pipeline:
  - name: talk
    command: [sh, -c, 'head -c ${megabytes * 750_000} /dev/zero | base64 -w 99 && echo ok > "$2"', talk]
    outputs: {--output: $done}
`;
}
