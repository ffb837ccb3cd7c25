"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const count = data.labels.length;
  const rows = Array.from({ length: count }, (_, row) => row);
  const $ = (selector) => document.querySelector(selector);
  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  // Numbers, in as few digits as tell them apart.
  const digits = (number) => {
    if (number === null || number === undefined) return "–";
    const size = Math.abs(number);
    if (Number.isInteger(number) && size < 1e9) return String(number);
    if (size !== 0 && (size < 1e-4 || size >= 1e7)) return number.toExponential(2);
    return String(Number(number.toPrecision(5)));
  };
  // Numbers of one column have as many digits behind the point as each other.
  const inColumn = (values) => {
    const known = values.filter((value) => value !== null);
    const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0 || largest < 1e-3 || largest >= 1e7 || known.every(Number.isInteger)) return digits;
    const before = Math.floor(Math.log10(largest));
    const most = largest >= 1 ? Math.min(4, Math.max(1, 4 - before)) : 3 - before;
    const needed = known.reduce((places, value) => Math.max(places, (String(value).split(".")[1] || "").length), 0);
    const places = Math.min(most, needed);
    return (number) => {
      if (number === null) return "–";
      const text = number.toFixed(places);
      return number !== 0 && Number(text) === 0 ? digits(number) : text;
    };
  };
  const seconds = (number) => {
    if (number === null) return "–";
    if (number < 60) return `${number.toFixed(number < 10 ? 2 : 1)} s`;
    const whole = Math.round(number);
    return whole < 3600
      ? `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
      : `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  };

  // Columns: what each row has there, as a number where it is one.
  const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));
  const varies = (values) => count < 2 || values.some((value) => value !== values[0]);
  const same = [];
  const columns = [];
  for (const axis of data.axes) {
    if (!varies(axis.values)) {
      same.push(`${axis.name}=${axis.values[0]}`);
      continue;
    }
    const number = axis.values.every((text) => text === "" || isNumber(text));
    const values = axis.values.map((text) => (text === "" ? null : number ? Number(text) : text));
    columns.push({ name: axis.name, kind: "axis", set: axis.set, number, values, told: (row) => axis.values[row] || "–" });
  }
  for (const metric of data.metrics) {
    const made = metric.values.filter((_, row) => !data.states[row]);
    if (!metric.goal && made.length > 1 && made.every((value) => value !== null && value === made[0])) {
      same.push(`${metric.name}=${digits(made[0])}`);
      continue;
    }
    const form = inColumn(metric.values);
    const told = (row) => {
      const std = metric.std && metric.std[row];
      const shown = form(metric.values[row]);
      if (!metric.counts || metric.values[row] === null) return shown;
      return std === null ? `${shown} (${metric.counts[row]})` : `${shown} ± ${digits(Number(std.toPrecision(2)))} (${metric.counts[row]})`;
    };
    columns.push({ name: metric.name, kind: "metric", number: true, goal: metric.goal, values: metric.values, told, form, title: metric.path });
  }
  if (data.took.some((took) => took !== null)) {
    columns.push({ name: "took", kind: "took", number: true, goal: null, values: data.took, told: (row) => seconds(data.took[row]) });
  }
  const axes = columns.filter((column) => column.kind === "axis");
  const measured = columns.filter((column) => column.kind !== "axis");
  const table = [...columns];
  if (data.of === "unit" || axes.length === 0) {
    table.unshift({ name: data.of, kind: "label", number: false, values: data.labels, told: (row) => data.labels[row] });
  }
  if (data.notes.some((note) => note)) {
    table.push({ name: "state", kind: "state", number: false, values: data.notes, told: (row) => data.notes[row] || "ok" });
  }

  if (data.best !== null) {
    table.unshift({ name: "", kind: "mark", number: false, values: rows, told: (row) => (row === data.best ? "★" : "") });
  }

  // What is chosen: a row, and a range of values on some axes.
  let chosen = null;
  const ranges = new Map();
  let passing = rows;
  const listeners = [];
  const changed = () => listeners.forEach((listener) => listener());
  const choose = (row) => {
    chosen = chosen === row ? null : row;
    changed();
  };
  const sift = () => {
    const tests = [...ranges].map(([column, [from, to]]) => {
      const place = scale(column);
      return (row) => {
        const at = place(column.values[row]);
        return at !== null && at >= from && at <= to;
      };
    });
    passing = tests.length ? rows.filter((row) => tests.every((test) => test(row))) : rows;
  };

  // From a value to a place between 0 and 1; categories stand side by side, and what spans orders of magnitude by its logarithm.
  const scales = new Map();
  const scale = (column) => {
    if (scales.has(column)) return scales.get(column);
    let place;
    if (column.number) {
      const known = column.values.filter((value) => value !== null);
      let low = Infinity, high = -Infinity;
      for (const value of known) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      // A few tiny values among others do not make a logarithm worth reading.
      const sorted = Float64Array.from(known).sort();
      const part = (share) => sorted[Math.round(share * (sorted.length - 1))];
      const log = low > 0 && high / low >= 100 && part(0.9) / part(0.1) >= 30;
      const to = log ? Math.log : (value) => value;
      const span = to(high) - to(low) || 1;
      const flat = to(high) === to(low);
      place = (value) => (value === null ? null : flat ? 0.5 : (to(value) - to(low)) / span);
      place.ticks = ticks(low, high, log);
      place.back = (at) => (log ? Math.exp(to(low) + at * span) : low + at * span);
    } else {
      const known = [...new Set(column.values.filter((value) => value !== null))];
      const last = Math.max(known.length - 1, 1);
      const places = new Map(known.map((value, index) => [value, known.length === 1 ? 0.5 : index / last]));
      place = (value) => (value === null ? null : places.get(value));
      place.ticks = known;
    }
    scales.set(column, place);
    return place;
  };
  const ticks = (low, high, log) => {
    if (!Number.isFinite(low)) return [];
    if (low === high) return [low];
    if (log) {
      const found = [];
      const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
      const step = Math.max(1, Math.ceil((last - first) / 6));
      for (let power = first; power <= last; power += step) found.push(Number(`1e${power}`));
      return found.length > 1 ? found : [low, high];
    }
    const rough = (high - low) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
    const found = [];
    for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) found.push(Number(at.toPrecision(12)));
    return found;
  };

  // Colours: the better, the stronger.
  const mix = (one, other, share) => one.map((part, at) => Math.round(part + (other[at] - part) * share));
  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const parts = (name) => color(name).match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
    return { color, weak: parts("--weak"), strong: parts("--strong") };
  };
  const goodness = (column) => {
    const place = scale(column);
    return (row) => {
      const at = place(column.values[row]);
      return at === null ? null : column.goal === "min" ? 1 - at : at;
    };
  };
  const fillSelect = (select, options, start) => {
    options.forEach((column, index) => {
      const option = make("option", column.name + (column.goal ? ` (${column.goal})` : ""));
      option.value = String(index);
      select.append(option);
    });
    select.value = String(Math.max(0, options.indexOf(start)));
    select.addEventListener("change", changed);
    return () => options[Number(select.value)];
  };
  const prepare = (canvas) => {
    const box = canvas.parentElement.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.clearRect(0, 0, box.width, box.height);
    context.font = "12px system-ui, -apple-system, 'Segoe UI', sans-serif";
    return [context, box.width, box.height];
  };
  const fitted = (context, text, width) => {
    if (context.measureText(text).width <= width) return text;
    let cut = text;
    while (cut.length > 1 && context.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
    return `${cut}…`;
  };
  const tell = (row) => [data.labels[row], ...measured.map((column) => `${column.name}: ${column.told(row)}`)].slice(0, 14).join("\n");

  const drawTable = () => {
    const section = $("#table");
    const [frame, head, body] = [$("#table .rows"), $("#table thead tr"), $("#table tbody")];
    const HEIGHT = 35;
    let by = null, ascending = true, order = rows, shown = [];
    section.hidden = false;
    const compare = (one, other) => (typeof one === "string" ? (one < other ? -1 : one > other ? 1 : 0) : one - other);
    const arrange = () => {
      order = passing;
      if (by) {
        order = [...passing].sort((one, other) => {
          const [a, b] = [by.values[one], by.values[other]];
          if (a === null || b === null) return (a === null) - (b === null) || one - other;
          return (ascending ? compare(a, b) : compare(b, a)) || one - other;
        });
      }
    };
    table.forEach((column) => {
      const cell = make(column.kind === "mark" ? "td" : "th", undefined, column.number ? "number" : "");
      if (column.kind === "mark") {
        head.append(cell);
        return;
      }
      cell.scope = "col";
      cell.setAttribute("aria-sort", "none");
      const button = make("button", column.name);
      button.type = "button";
      if (column.title) button.title = column.title;
      button.addEventListener("click", () => {
        // The better half first, where that is known.
        ascending = by === column ? !ascending : column.goal !== "max";
        by = column;
        [...head.querySelectorAll("th")].forEach((other) => other.setAttribute("aria-sort", "none"));
        cell.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        frame.scrollTop = 0;
        update();
      });
      cell.append(button);
      head.append(cell);
    });
    const gap = (height) => {
      const line = make("tr", undefined, "gap");
      const cell = make("td");
      cell.colSpan = table.length;
      cell.style.height = `${height}px`;
      line.append(cell);
      line.setAttribute("aria-hidden", "true");
      return line;
    };
    // Of many rows, only those in sight are in the document.
    const paint = () => {
      const all = order.length <= 400;
      const first = all ? 0 : Math.max(0, Math.floor(frame.scrollTop / HEIGHT) - 15);
      const last = all ? order.length : Math.min(order.length, first + Math.ceil(frame.clientHeight / HEIGHT) + 30);
      shown = order.slice(first, last);
      const lines = shown.map((row, index) => {
        const line = make("tr");
        line.setAttribute("aria-rowindex", String(first + index + 2));
        if (row === data.best) line.classList.add("best");
        if (data.states[row]) line.classList.add("without");
        if (row === chosen) line.classList.add("chosen");
        table.forEach((column) => {
          const cell = make("td", undefined, column.number ? "number" : "");
          const text = column.told(row);
          if (column.kind === "state" && data.notes[row]) {
            cell.append(make("span", text, `pill ${text.includes("failed") ? "failed" : "skipped"}`));
          } else {
            cell.append(text);
            if (text.length > 30) cell.title = text;
          }
          line.append(cell);
        });
        line.addEventListener("click", () => choose(row));
        return line;
      });
      if (first > 0) lines.unshift(gap(first * HEIGHT));
      if (last < order.length) lines.push(gap((order.length - last) * HEIGHT));
      body.replaceChildren(...lines);
    };
    const update = () => {
      arrange();
      $("#shown").textContent = order.length === count ? `${count} rows` : `${order.length} of ${count} rows`;
      $("#table table").setAttribute("aria-rowcount", String(order.length + 1));
      paint();
    };
    frame.addEventListener("scroll", () => order.length > 400 && paint());
    frame.addEventListener("keydown", (event) => {
      const at = order.indexOf(chosen);
      const to = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: order.length - 1 }[event.key];
      if (event.target !== frame || to === undefined || order[to] === undefined) return;
      event.preventDefault();
      chosen = order[to];
      const top = to * HEIGHT;
      if (top < frame.scrollTop) frame.scrollTop = top;
      if (top + 2 * HEIGHT > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + 2 * HEIGHT - frame.clientHeight;
      changed();
    });
    if (same.length) {
      $("#same").hidden = false;
      $("#same").textContent = `The same in all: ${same.slice(0, 30).join(", ")}${same.length > 30 ? ", …" : ""}`;
    }
    listeners.push(update);
  };

  const drawParallel = () => {
    const shown = [...axes, ...measured].slice(0, 14);
    if (shown.length < 2 || count < 2) return;
    $("#parallel").hidden = false;
    const canvas = $("#parallel canvas");
    const start = measured.find((column) => column.goal) || measured[0] || shown[0];
    const color = fillSelect($("#parallel select"), shown, start);
    const TOP = 46, BOTTOM = 14;
    let width = 0, height = 0;
    const LEFT = 70, RIGHT = 60;
    const across = (index) => LEFT + (index / (shown.length - 1)) * (width - LEFT - RIGHT);
    // The better end is the upper one.
    const turned = (column, at) => (column.goal === "min" ? 1 - at : at);
    const down = (column, at) => TOP + (1 - turned(column, at)) * (height - TOP - BOTTOM);
    let drag = null;
    const draw = () => {
      let context;
      [context, width, height] = prepare(canvas);
      const { color: named, weak, strong } = theme();
      const good = goodness(color());
      const line = (row) => {
        context.beginPath();
        let pen = false;
        shown.forEach((column, index) => {
          const at = scale(column)(column.values[row]);
          if (at === null) {
            pen = false;
            return;
          }
          const [x, y] = [across(index), down(column, at)];
          if (pen) context.lineTo(x, y);
          else context.moveTo(x, y);
          pen = true;
        });
        context.stroke();
      };
      context.lineWidth = count > 1000 ? 1 : 1.6;
      // Thin enough that many lines are seen as many, the best on top.
      context.globalAlpha = Math.min(0.9, Math.max(0.035, 25 / passing.length ** 0.7));
      const ordered = [...passing].sort((one, other) => (good(one) ?? -1) - (good(other) ?? -1));
      for (const row of ordered) {
        const share = good(row);
        context.strokeStyle = share === null ? named("--faint") : `rgb(${mix(weak, strong, share).join(" ")})`;
        line(row);
      }
      context.globalAlpha = 1;
      for (const [row, name] of [[data.best, "--ok"], [chosen, "--failed"]]) {
        if (row === null || !passing.includes(row)) continue;
        context.lineWidth = 3;
        context.strokeStyle = named(name);
        line(row);
      }
      context.lineWidth = 1;
      shown.forEach((column, index) => {
        const x = across(index);
        context.strokeStyle = named("--faint");
        context.beginPath();
        context.moveTo(x, TOP);
        context.lineTo(x, height - BOTTOM);
        context.stroke();
        const room = (width - LEFT - RIGHT) / (shown.length - 1) - 12;
        context.textAlign = "center";
        context.fillStyle = named("--ink");
        context.font = context.font.replace(/^(600 )?/, "600 ");
        context.fillText(fitted(context, column.name, Math.max(40, room)), x, 16);
        context.font = context.font.replace(/^600 /, "");
        context.fillStyle = named("--soft");
        if (column.goal) context.fillText(`${column.goal === "max" ? "more" : "less"} is better`, x, 31);
        context.textAlign = index === 0 ? "right" : "left";
        const side = index === 0 ? -6 : 6;
        let marks = scale(column).ticks;
        if (marks.length > 14) marks = marks.filter((_, at) => at % Math.ceil(marks.length / 14) === 0);
        for (const mark of marks) {
          const text = typeof mark === "number" ? digits(mark) : mark;
          const y = down(column, scale(column)(mark)) + 4;
          const cut = fitted(context, text, index === 0 ? LEFT - 10 : Math.min(room, 110));
          context.lineWidth = 4;
          context.strokeStyle = named("--card");
          context.strokeText(cut, x + side, y);
          context.fillText(cut, x + side, y);
        }
        context.lineWidth = 1;
        if (ranges.has(column)) {
          const [from, to] = ranges.get(column).map((at) => down(column, at));
          context.fillStyle = named("--same");
          context.globalAlpha = 0.3;
          context.fillRect(x - 7, Math.min(from, to), 14, Math.abs(from - to));
          context.globalAlpha = 1;
        }
      });
    };
    const found = (event) => {
      const index = Math.round(((event.offsetX - LEFT) / (width - LEFT - RIGHT)) * (shown.length - 1));
      const column = shown[Math.min(Math.max(index, 0), shown.length - 1)];
      const at = 1 - (event.offsetY - TOP) / (height - TOP - BOTTOM);
      return [column, turned(column, Math.min(1.02, Math.max(-0.02, at))), Math.abs(event.offsetX - across(shown.indexOf(column)))];
    };
    canvas.addEventListener("pointerdown", (event) => {
      const [column, at, away] = found(event);
      if (away > 24) return;
      drag = [column, at, false];
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) {
        canvas.style.cursor = found(event)[2] > 24 ? "" : "row-resize";
        return;
      }
      const at = 1 - (event.offsetY - TOP) / (height - TOP - BOTTOM);
      const to = turned(drag[0], Math.min(1.02, Math.max(-0.02, at)));
      drag[2] ||= Math.abs(to - drag[1]) > 0.01;
      if (!drag[2]) return;
      ranges.set(drag[0], [Math.min(drag[1], to), Math.max(drag[1], to)]);
      draw();
    });
    canvas.addEventListener("pointerup", () => {
      if (!drag) return;
      if (!drag[2]) ranges.delete(drag[0]);
      drag = null;
      sift();
      changed();
    });
    listeners.push(draw);
  };

  const drawScatter = () => {
    if (columns.length < 2 || count < 2) return;
    $("#scatter").hidden = false;
    const canvas = $("#scatter canvas");
    const tip = $("#scatter .tip");
    const up = measured.find((column) => column.goal) || measured[0] || columns[1];
    const other = measured.find((column) => column !== up && column.kind === "metric");
    const x = fillSelect($("#scatter [data-role=x]"), columns, axes.find((axis) => axis.number) || axes[0] || other || columns[0]);
    const y = fillSelect($("#scatter [data-role=y]"), columns, up);
    let points = [];
    const draw = () => {
      const [context, width, height] = prepare(canvas);
      const { color: named, weak, strong } = theme();
      const [LEFT, RIGHT, TOP, BOTTOM] = [72, 20, 12, 44];
      const [across, upwards] = [x(), y()];
      const [toX, toY] = [scale(across), scale(upwards)];
      const placeX = (at) => LEFT + 12 + at * (width - LEFT - RIGHT - 24);
      const placeY = (at) => height - BOTTOM - 12 - at * (height - TOP - BOTTOM - 24);
      const marks = (place, most) => place.ticks.filter((_, at) => at % Math.ceil(place.ticks.length / most) === 0);
      const text = (mark) => (typeof mark === "number" ? digits(mark) : mark);
      context.strokeStyle = named("--grid");
      context.fillStyle = named("--soft");
      for (const mark of marks(toY, 12)) {
        const at = placeY(toY(mark));
        context.beginPath();
        context.moveTo(LEFT, at);
        context.lineTo(width - RIGHT, at);
        context.stroke();
        context.textAlign = "right";
        context.fillText(fitted(context, text(mark), LEFT - 10), LEFT - 8, at + 4);
      }
      const shownX = marks(toX, 10);
      for (const mark of shownX) {
        const at = placeX(toX(mark));
        context.beginPath();
        context.moveTo(at, TOP);
        context.lineTo(at, height - BOTTOM);
        context.stroke();
        context.textAlign = "center";
        context.fillText(fitted(context, text(mark), (width - LEFT) / shownX.length - 8), at, height - BOTTOM + 17);
      }
      context.fillStyle = named("--ink");
      context.textAlign = "center";
      context.fillText(across.name, (LEFT + width - RIGHT) / 2, height - 6);
      context.save();
      context.translate(13, (TOP + height - BOTTOM) / 2);
      context.rotate(-Math.PI / 2);
      context.fillText(upwards.name, 0, 0);
      context.restore();
      const good = goodness(upwards);
      points = [];
      const size = passing.length > 3000 ? 2 : passing.length > 300 ? 3 : 5;
      const dot = (point, radius) => {
        context.beginPath();
        context.arc(point[0], point[1], radius, 0, 2 * Math.PI);
        context.fill();
      };
      context.globalAlpha = passing.length > 3000 ? 0.55 : 0.85;
      for (const row of passing) {
        const [a, b] = [toX(across.values[row]), toY(upwards.values[row])];
        if (a === null || b === null) continue;
        const point = [placeX(a), placeY(b), row];
        points.push(point);
        // Pale points would be lost on the paper.
        context.fillStyle = `rgb(${mix(weak, strong, 0.3 + 0.7 * good(row)).join(" ")})`;
        dot(point, size);
      }
      context.globalAlpha = 1;
      for (const [row, name] of [[data.best, "--ok"], [chosen, "--failed"]]) {
        const point = points.find((known) => known[2] === row);
        if (!point) continue;
        context.fillStyle = named(name);
        dot(point, 7);
      }
    };
    const nearest = (event) => {
      let found = null, least = 14 ** 2;
      for (const point of points) {
        const away = (point[0] - event.offsetX) ** 2 + (point[1] - event.offsetY) ** 2;
        if (away < least) [found, least] = [point, away];
      }
      return found;
    };
    canvas.addEventListener("pointermove", (event) => {
      const point = nearest(event);
      tip.hidden = !point;
      if (!point) return;
      tip.textContent = tell(point[2]);
      const box = canvas.getBoundingClientRect();
      tip.style.left = `${Math.max(0, Math.min(point[0] + 14, box.width - tip.offsetWidth - 8))}px`;
      tip.style.top = `${Math.max(0, Math.min(point[1] + 14, box.height - tip.offsetHeight - 8))}px`;
    });
    canvas.addEventListener("pointerleave", () => (tip.hidden = true));
    canvas.addEventListener("click", (event) => {
      const point = nearest(event);
      if (point) choose(point[2]);
    });
    listeners.push(draw);
  };

  const drawHeat = () => {
    const MOST = 120;
    // What a label sets goes with the label.
    const ground = axes.filter((axis) => !axis.set);
    if (ground.length !== 2 || !measured.length) return;
    const values = ground.map((axis) => {
      const known = [...new Set(axis.values.filter((value) => value !== null))];
      return axis.number ? known.sort((one, other) => one - other) : known;
    });
    if (values.some((known) => known.length > MOST || known.length < 2)) return;
    // Axes that go hand in hand make a line and no map.
    const pairs = new Set(rows.map((row) => ground.map((axis) => values[ground.indexOf(axis)].indexOf(axis.values[row])).join(" ")));
    if (pairs.size <= Math.max(...values.map((known) => known.length))) return;
    $("#heat").hidden = false;
    // The longer axis goes down the page.
    const [down, across] = values[0].length >= values[1].length ? [0, 1] : [1, 0];
    const of = fillSelect($("#heat select"), measured, measured.find((column) => column.goal) || measured[0]);
    const text = (axis, value) => ground[axis].told(ground[axis].values.indexOf(value));
    const draw = () => {
      const { weak, strong } = theme();
      const column = of();
      const cells = new Map();
      for (const row of passing) {
        const key = `${values[down].indexOf(ground[down].values[row])} ${values[across].indexOf(ground[across].values[row])}`;
        if (column.values[row] === null) continue;
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(row);
      }
      const means = new Map([...cells].map(([key, found]) => [key, found.reduce((sum, row) => sum + column.values[row], 0) / found.length]));
      let [low, high] = [Infinity, -Infinity];
      for (const mean of means.values()) [low, high] = [Math.min(low, mean), Math.max(high, mean)];
      const dense = values[across].length > 16;
      const grid = make("table", undefined, dense ? "dense" : "");
      const head = make("tr");
      head.append(make("th", `${ground[down].name} ↓  ${ground[across].name} →`));
      values[across].forEach((value, at) => {
        const shown = !dense || at % Math.ceil(values[across].length / 12) === 0;
        const cell = make("th", shown ? text(across, value) : "");
        cell.scope = "col";
        head.append(cell);
      });
      grid.append(head);
      values[down].forEach((value, y) => {
        const line = make("tr");
        const name = make("th", text(down, value));
        name.scope = "row";
        line.append(name);
        values[across].forEach((other, x) => {
          const mean = means.get(`${y} ${x}`);
          if (mean === undefined) {
            line.append(make("td", dense ? "" : "–", "none"));
            return;
          }
          const share = high > low ? (mean - low) / (high - low) : 0.5;
          const good = column.goal === "min" ? 1 - share : share;
          const paint = mix(weak, strong, good);
          const shown = column.kind === "took" ? seconds(mean) : column.form(mean);
          const cell = make("td", dense ? "" : shown);
          cell.title = `${ground[down].name}=${text(down, value)}, ${ground[across].name}=${text(across, other)}: ${shown}`;
          cell.style.background = `rgb(${paint.join(" ")})`;
          cell.style.color = paint[0] * 0.3 + paint[1] * 0.59 + paint[2] * 0.11 > 140 ? "#10162a" : "#fff";
          const found = cells.get(`${y} ${x}`);
          if (column.goal && mean === (column.goal === "min" ? low : high)) cell.className = "best";
          cell.addEventListener("click", () => choose(found[0]));
          line.append(cell);
        });
        grid.append(line);
      });
      $("#heat .cells").replaceChildren(grid);
    };
    listeners.push(draw);
  };

  const best = data.best === null ? "" : `Best: ${tell(data.best).split("\n").join(", ")}`;
  $("#said").textContent = best.length > 300 ? `${best.slice(0, 300)}…` : best;
  drawTable();
  drawParallel();
  drawScatter();
  drawHeat();
  changed();
  let waiting = null;
  window.addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(changed);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
})();
