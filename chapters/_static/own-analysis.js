// "Try it yourself": a reader's own analysis of the trials of a question, beside the review's.
// Everything it needs stands in the page (analysis/pages/own_analysis.py); nothing is requested,
// and the address holds the reader's choices. Effects: negative favours, ratios on the log scale.
(() => {
  "use strict";

  const STEPS = 200;
  const GRID = 48;
  const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);
  const of = (w, f) => sum(w.map(f));

  // Weights 1 / (v + tau2), their sum, the mean, the generalised Q.
  function weighted(y, v, tau2) {
    const w = v.map((x) => 1 / (x + tau2));
    const total = sum(w);
    const mean = of(w, (x, i) => x * y[i]) / total;
    return { w, total, mean, q: of(w, (x, i) => x * (y[i] - mean) ** 2) };
  }

  function paulemandel(y, v) {
    let tau2 = 0;
    for (let i = 0; i < STEPS; i++) {
      const { w, mean, q } = weighted(y, v, tau2);
      const fall = of(w, (x, j) => (x * (y[j] - mean)) ** 2);
      const step = fall > 0 ? ((q / (y.length - 1) - 1) * q) / fall : 0;
      if (!(step > 1e-14 * tau2)) break;
      tau2 += step;
    }
    return tau2;
  }

  // The best of a grid in equal ratios, then Newton on the restricted score.
  function reml(y, v) {
    const height = (tau2) => {
      const { w, total, q } = weighted(y, v, tau2);
      return of(w, Math.log) - q - Math.log(total);
    };
    const least = Math.min(...v);
    const low = least / 1000;
    const high = Math.max((Math.max(...y) - Math.min(...y)) ** 2, 2 * low);
    let tau2 = 0;
    for (let i = 0; i <= GRID; i++) {
      const at = low * (high / low) ** (i / GRID);
      if (height(at) > height(tau2)) tau2 = at;
    }
    for (let i = 0; i < STEPS; i++) {
      const { w, total, mean } = weighted(y, v, tau2);
      const py = w.map((x, j) => x * (y[j] - mean));
      const two = of(w, (x) => x * x);
      const score = of(py, (x) => x * x) - total + two / total;
      const ypppy = of(py, (x, j) => x * x * w[j]) - of(py, (x, j) => x * w[j]) ** 2 / total;
      const information = two - (2 * of(w, (x) => x ** 3)) / total + (two / total) ** 2;
      const bend = 2 * ypppy - information;
      const next = Math.max(tau2 + score / (bend > 0 ? bend : information), 0);
      const settled = Math.abs(next - tau2) <= 1e-14 * (next + least);
      tau2 = next;
      if (settled) break;
    }
    return tau2;
  }

  const TAU2 = {
    common: () => 0,
    "dersimonian-laird": (y, v) => {
      const { w, total, q } = weighted(y, v, 0);
      const c = total - of(w, (x) => x * x) / total;
      return Math.max(0, (q - y.length + 1) / c);
    },
    reml,
    "paule-mandel": paulemandel,
  };

  // z and t: the critical values of the normal and of t with 1, 2, 3 … degrees of freedom.
  function pool(y, v, model, method, z, t) {
    const k = y.length;
    const tau2 = k > 1 ? TAU2[model](y, v) : 0;
    const { w, total, mean, q } = weighted(y, v, tau2);
    const wald = method === "wald" || k < 2;
    const exact = method === "hartung-knapp" && q > 0;
    const scale = wald ? 1 : exact ? q / (k - 1) : Math.max(1, q / (k - 1));
    const se = Math.sqrt(scale / total);
    const half = se * (wald ? z : t[k - 2]);
    const found = { k, tau2, estimate: mean, se, low: mean - half, high: mean + half };
    found.weights = w.map((x) => (100 * x) / total);
    if (k > 1) {
      const first = v.map((x) => Math.min(...v) / x);
      let before = 0;
      const pairs = of(first, (x) => ((before += x), x * (before - x)));
      const typical = (Math.min(...v) * (k - 1) * before) / (2 * pairs);
      const q0 = weighted(y, v, 0).q;
      const common = q0 > 0 ? Math.max(0, (100 * (q0 - k + 1)) / q0) : 0;
      found.i2 = model === "common" ? common : (100 * tau2) / (tau2 + typical);
    }
    if (k > 2 && model !== "common") {
      const wide = t[k - 3] * Math.sqrt(tau2 + se * se);
      found.prediction = [mean - wide, mean + wide];
    }
    return found;
  }

  const SVG = "http://www.w3.org/2000/svg";

  function make(name, given = {}, ...content) {
    const made = name.startsWith("svg:")
      ? document.createElementNS(SVG, name.slice(4))
      : document.createElement(name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  }

  const set = (node, given) => Object.entries(given).forEach(([k, x]) => node.setAttribute(k, x));

  function number(value, decimals = 2) {
    const text = Math.abs(value).toLocaleString("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
  }

  function build(root) {
    const data = JSON.parse(root.dataset.question);
    // The numbers come as one list each; an interval is that of the level, as the review's.
    const unpacked = data.trials.y.map((y, i) => {
      const trial = {};
      for (const [name, list] of Object.entries(data.trials)) {
        trial[name] = data.filters[name] ? data.filters[name][1][list[i]] : list[i];
      }
      const half = data.z * Math.sqrt(trial.v);
      return { ...trial, pooled: !!trial.pooled, estimate: y, low: y - half, high: y + half };
    });
    const turn = data.turned ? -1 : 1;
    const shown = (x) => (data.ratio ? Math.exp(turn * x) : turn * x);
    const read = (x) => turn * (data.ratio ? Math.log(x) : x);
    const range = (low, high) => {
      const [a, b] = [shown(low), shown(high)];
      return `${number(Math.min(a, b))} to ${number(Math.max(a, b))}`;
    };
    const said = (x) => `${number(shown(x.estimate))} (${range(x.low, x.high)})`;
    const controls = {};

    function choice(name, label, options, value) {
      const list = make("select", { name });
      for (const [key, text] of options) list.append(make("option", { value: key }, text));
      list.value = value;
      controls[name] = [list, value];
      return make("label", {}, label, list);
    }
    function field(name, label, given) {
      const input = make("input", { name, type: "number", step: "any", ...given });
      controls[name] = [input, ""];
      return make("label", {}, label, input);
    }
    const filters = Object.entries(data.filters).map(([name, [label, values]]) =>
      choice(name, label, [["", "all"], ...values.map((x) => [x, x])], ""),
    );

    // One row a trial, then the new trial, then what they come to.
    const axis = [...unpacked.flatMap((x) => [x.low, x.high]), 0].map((x) => turn * x);
    const [left, right] = [Math.min(...axis), Math.max(...axis)];
    const at = (x) => (1000 * (turn * x - left)) / (right - left);
    const strip = () => {
      const line = make("svg:line", { y1: 10, y2: 10 });
      const dot = make("svg:line", { y1: 10, y2: 10, class: "dot" });
      const zero = make("svg:line", { x1: at(0), x2: at(0), y1: 0, y2: 20, class: "zero" });
      const svg = make("svg:svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none" });
      svg.setAttribute("aria-hidden", "true");
      svg.append(zero, line, dot);
      const draw = (x, size) => {
        set(line, { x1: at(x.low), x2: at(x.high) });
        set(dot, { x1: at(x.estimate), x2: at(x.estimate) });
        dot.style.strokeWidth = size;
      };
      return { svg, draw };
    };
    function row(first, n) {
      const { svg, draw } = strip();
      const [numbers, weight] = [make("td"), make("td")];
      const tr = make("tr", {}, make("th", { scope: "row" }, first), make("td", {}, n));
      tr.append(make("td", { class: "strip" }, svg), numbers, weight);
      return { tr, draw, numbers, weight };
    }
    const trials = unpacked.map((trial) => {
      const box = make("input", { type: "checkbox" });
      box.checked = trial.pooled;
      return { ...trial, box, row: row(make("label", {}, box, trial.label), trial.n ?? "\u2013") };
    });
    const added = row("Your own trial", "");
    const pooled = row(make("strong", {}, "Your analysis"), "");
    pooled.tr.className = "pooled";
    const head = ["Trial", "Participants", data.sides.join(" \u2502 "), data.name, "Weight"];
    const table = make("table", {},
      make("caption", {}, `Tick the trials: ${data.title}`),
      make("thead", {}, make("tr", {}, ...head.map((x) => make("th", { scope: "col" }, x)))),
      make("tbody", {}, ...trials.map((x) => x.row.tr), added.tr, pooled.tr));
    const result = make("p", { role: "status", class: "result" });
    const back = make("button", { type: "button" }, "Back to the review\u2019s analysis");
    const form = make("form", {},
      make("div", { class: "choices" },
        choice("model", "Model", data.models, data.model),
        choice("interval", "Interval", data.intervals, data.interval)),
      make("details", {},
        make("summary", {}, "Choose trials by what they are, or add one"),
        make("div", { class: "choices" },
          ...filters,
          field("from", "From year", {}), field("to", "To year", {}),
          ...(data.variance
            ? [
                field("effect", `Your own trial: ${data.name}`, data.ratio ? { min: 0 } : {}),
                field("people", "Your own trial: participants", { min: 2 }),
              ]
            : []))),
      result,
      make("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Your analysis" }, table),
      back);
    const value = (name) => controls[name][0].value;

    function own() {
      if (!data.variance) return [];
      const [effect, people] = [Number(value("effect")), Number(value("people"))];
      if (value("effect") === "" || !(people >= 2) || (data.ratio && effect <= 0)) return [];
      const [y, v] = [read(effect), data.variance / people];
      const half = data.z * Math.sqrt(v);
      return [{ y, v, n: people, estimate: y, low: y - half, high: y + half, row: added }];
    }
    const fits = (trial) =>
      trial.box.checked &&
      Object.keys(data.filters).every((name) => !value(name) || trial[name] === value(name)) &&
      !(trial.year < Number(value("from") || -Infinity)) &&
      !(trial.year > Number(value("to") || Infinity));

    function update() {
      const fresh = own();
      const chosen = [...trials.filter(fits), ...fresh];
      const [y, v] = [chosen.map((x) => x.y), chosen.map((x) => x.v)];
      const found = chosen.length && pool(y, v, value("model"), value("interval"), data.z, data.t);
      added.tr.hidden = !fresh.length;
      for (const trial of [...trials, ...fresh]) {
        const place = chosen.indexOf(trial);
        const weight = place < 0 ? 0 : found.weights[place];
        trial.row.tr.classList.toggle("out", place < 0);
        trial.row.draw(trial, 5 + Math.sqrt(weight));
        trial.row.numbers.textContent = said(trial);
        trial.row.weight.textContent = place < 0 ? "\u2013" : `${number(weight, 1)}%`;
      }
      pooled.tr.hidden = !found;
      result.textContent = sentence(found, chosen);
      if (found) {
        pooled.draw(found, 12);
        pooled.numbers.textContent = said(found);
      }
      remember();
    }

    function sentence(found, chosen) {
      if (!found) return "No trial is left: tick at least one.";
      const people = chosen.map((x) => x.n).filter((n) => n != null);
      const trialsSaid = `${found.k} ${found.k === 1 ? "trial" : "trials"}`;
      const whose = isReviews() ? "The review\u2019s analysis" : "Your own analysis, not the review\u2019s";
      const side = turn * found.estimate < 0 ? data.sides[0] : data.sides[1];
      const open = found.low <= 0 && found.high >= 0;
      const meaning = open
        ? "the interval includes no difference"
        : `the interval excludes no difference: ${side.toLowerCase()}`;
      const more = found.k > 1 ? ` \u03c4\u00b2 ${number(found.tau2, 3)}, I\u00b2 ${number(found.i2, 0)}%.` : "";
      const next = found.prediction ? ` Prediction interval ${range(...found.prediction)}.` : "";
      return `${whose}: ${trialsSaid}, ${number(sum(people), 0)} participants. ` +
        `${data.name} ${said(found)}; ${meaning}.${more}${next}`;
    }

    // The reader's choices, where they differ from the review's, as the end of the address.
    function choices() {
      const said = new URLSearchParams();
      const turned = trials.filter((x) => x.box.checked !== x.pooled).map((x) => x.id);
      if (turned.length) said.set("turned", turned.join(" "));
      for (const [name, [control, usual]] of Object.entries(controls)) {
        if (control.value !== usual) said.set(name, control.value);
      }
      return said.toString();
    }
    const isReviews = () => choices() === "";
    function remember() {
      const said = choices();
      if (said || location.hash.startsWith(`#try=${data.key}`)) {
        history.replaceState(null, "", said ? `#try=${data.key}&${said}` : `#${root.id}`);
      }
      back.hidden = !said;
    }
    function restore(said) {
      const turned = (said.get("turned") || "").split(" ");
      for (const trial of trials) trial.box.checked = trial.pooled !== turned.includes(trial.id);
      for (const [name, [control, usual]] of Object.entries(controls)) {
        control.value = said.get(name) ?? usual;
        if (control.tagName === "SELECT" && control.selectedIndex < 0) control.value = usual;
      }
      update();
    }

    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    back.addEventListener("click", () => restore(new URLSearchParams()));
    root.append(form);
    const sent = new URLSearchParams(location.hash.slice(1));
    const mine = sent.get("try") === data.key;
    restore(mine ? sent : new URLSearchParams());
    if (mine) root.scrollIntoView();
  }

  window.ownAnalysis = pool;
  document.addEventListener("DOMContentLoaded", () => {
    for (const root of document.querySelectorAll("[data-question]")) {
      // On the page of all questions each is built when it is opened.
      const folded = root.closest("details");
      const sent = new URLSearchParams(location.hash.slice(1)).get("try");
      if (folded && sent && root.dataset.question.includes(`"key": "${sent}"`)) folded.open = true;
      if (!folded || folded.open) build(root);
      else folded.addEventListener("toggle", () => build(root), { once: true });
    }
  });
})();
