// The search page: MiniSearch over the sections of all pages, from a folder too. What pages and
// readers say is set as text, never as markup.
(() => {
  "use strict";

  const PAGES = 30; // that are shown
  const LENGTH = 240; // characters of what is quoted
  const WORD = /non[- ][\p{L}\p{N}]+|[\p{L}\p{N}]+/giu; // "non-smokers" are no smokers
  const FIELDS = ["title", "heading", "text", "rows"];
  const BM25 = { k: 0.6, b: 0.5, d: 0.5 }; // saying it often makes a long list no better an answer
  const LESS = 0.3;
  const ASKING = new Set(
    ("a an and are at be by can do does for from has have how i in is it of on or that the " +
      "there these this to was were what when which who why will with").split(" "),
  );
  const out = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const query = (new URLSearchParams(location.search).get("q") ?? "").trim().slice(0, 200);

  const make = (name, className, ...content) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...content);
    return element;
  };

  // A word without accents, capitals and plural.
  const normal = (word) => {
    const plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(" ", "-");
    if (plain.length > 4 && plain.endsWith("ies")) return `${plain.slice(0, -3)}y`;
    return plain.length > 3 && /[^aius]s$/.test(plain) ? plain.slice(0, -1) : plain;
  };
  const words = (text) => (text.match(WORD) ?? []).map(normal);

  const unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  };

  const engine = (pages) => {
    const mini = new MiniSearch({
      fields: FIELDS,
      tokenize: (text) => text.match(WORD) ?? [],
      processTerm: normal,
    });
    const sections = pages.flatMap(([document, title, weight, ...parts]) =>
      parts.map(([anchor, heading, ...texts]) => ({ document, title, weight, anchor, heading, texts })),
    );
    mini.addAll(
      sections.map(({ title, anchor, heading, texts }, id) => {
        const row = (text) => text.includes(" · ");
        const text = texts.filter((said) => !row(said)).join("\n");
        return { id, title: anchor ? "" : title, heading, text, rows: texts.filter(row).join("\n") };
      }),
    );
    return { mini, sections };
  };

  // What is asked for, unit by unit: a word, or words that the glossary has others for. What a
  // line of the glossary begins with counts in full, what else it has for it less.
  const units = (asked, synonyms) => {
    const others = new Map();
    for (const [head, ...names] of synonyms.map((group) => group.map((name) => words(name)))) {
      for (const name of [head, ...names]) {
        const rest = [head, ...names].filter((other) => other !== name);
        const weighed = rest.map((other) => ({ other, weight: other === head ? 1 : LESS }));
        const key = name.join(" ");
        others.set(key, [...(others.get(key) ?? []), ...weighed]);
      }
    }
    const found = [];
    for (let at = 0; at < asked.length; ) {
      let size = Math.min(4, asked.length - at);
      while (size > 1 && !others.has(asked.slice(at, at + size).join(" "))) size -= 1;
      const said = asked.slice(at, at + size);
      found.push({ said, others: others.get(said.join(" ")) ?? [] });
      at += size;
    }
    return found;
  };

  const ask = ({ mini, sections }, query, synonyms) => {
    const all = words(query);
    const meant = units(all, synonyms).filter(({ said }) => said.some((word) => !ASKING.has(word)));
    const options = { fields: FIELDS, boost: { title: 4, heading: 2, rows: 0.5 }, bm25: BM25 };
    const known = (word) => mini.search(word, { ...options, prefix: word.length > 2 }).length > 0;
    const unknown = all.filter((word) => !ASKING.has(word) && !known(word));
    const one = (word, _, { length }) => {
      const wrong = unknown.includes(word) && word.length > 3;
      const prefix = word.length > 2 && length === 1; // what has other words is itself whole
      return { queries: [word], prefix, fuzzy: wrong && (word.length > 7 ? 2 : 1) };
    };
    const every = (queries) => ({ combineWith: "AND", queries });
    const either = meant.map(({ said, others }) => ({
      combineWith: "OR",
      queries: [
        every(said.filter((word) => said.length > 1 || !ASKING.has(word)).map(one)),
        ...others.map(({ other, weight }) => {
          return { ...every(other), fuzzy: false, prefix: false, boostTerm: () => weight };
        }),
      ],
    }));
    let hits = [];
    let whole = true;
    if (either.length) {
      hits = mini.search(every(either), options);
      if (!hits.length && either.length > 1) {
        whole = false;
        hits = mini.search({ combineWith: "OR", queries: either }, options);
      }
    }
    return { hits: ranked(hits, sections), unknown, whole };
  };

  // How much of a section's heading was asked for.
  const share = ({ heading, terms }) => {
    const named = words(heading).filter((word) => !ASKING.has(word));
    return named.filter((word) => terms.has(word)).length / (named.length || 1);
  };

  // The pages, best first; of each its best sections.
  const ranked = (hits, sections) => {
    const pages = new Map();
    for (const hit of hits) {
      const section = { ...sections[hit.id], terms: new Set(hit.terms) };
      const { document, weight } = section;
      const score = hit.score * weight * (1 + share(section));
      const page = pages.get(document) ?? { score: 0, sections: [] };
      page.score = Math.max(page.score, score);
      page.sections.push(section);
      pages.set(document, page);
    }
    return [...pages.values()].sort((one, other) => other.score - one.score);
  };

  // The text with what was found in it marked.
  const marked = (text, terms) => {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(WORD)) {
      if (!terms.has(normal(found[0]))) continue;
      parts.push(text.slice(end, found.index), make("mark", "", found[0]));
      end = found.index + found[0].length;
    }
    return [...parts, text.slice(end)];
  };

  // Of texts, the number of the one that has most of what was found, sooner a sentence than a word.
  const best = (texts, terms) => {
    const held = texts.map((text) => {
      const found = new Set(words(text).filter((word) => terms.has(word)));
      return found.size + (text.length > LENGTH / 4 ? 0.5 : 0);
    });
    return held.indexOf(Math.max(...held));
  };

  // The sentences of a section that have most of what was found.
  const quoted = ({ texts, terms }) => {
    if (!texts.length) return "";
    const sentences = texts[best(texts, terms)].split(/(?<=[.!?])\s+(?=\p{Lu})/u);
    let at = best(sentences, terms);
    let said = sentences[at];
    while (said.length < LENGTH / 2 && ++at < sentences.length) said += ` ${sentences[at]}`;
    if (said.length <= LENGTH) return said;
    const first = [...said.matchAll(WORD)].find((found) => terms.has(normal(found[0])))?.index ?? 0;
    const from = first > LENGTH / 2 ? said.indexOf(" ", first - LENGTH / 2) + 1 : 0;
    const cut = said.slice(from, from + LENGTH);
    const to = from + LENGTH < said.length ? cut.lastIndexOf(" ") : cut.length;
    return `${from ? "… " : ""}${cut.slice(0, to)}${from + to < said.length ? " …" : ""}`;
  };

  const address = ({ document, anchor }) => {
    const path = document.split("/").map(encodeURIComponent).join("/");
    return `${path}.html${anchor ? `#${encodeURIComponent(anchor)}` : ""}`;
  };
  const link = (section, text) => {
    const element = make("a", "", ...marked(text, section.terms));
    element.href = address(section);
    return element;
  };
  const shown = ({ sections }) => {
    const [first, ...more] = sections;
    const name = first.anchor ? `${first.title} › ${first.heading}` : first.title;
    const item = make("li", "", link(first, name));
    const text = quoted(first);
    if (text) item.append(make("p", "context", ...marked(text, first.terms)));
    if (more.length) {
      const links = more.slice(0, 3).flatMap((section) => [", ", link(section, section.heading || section.title)]);
      item.append(make("p", "also", "Also in: ", ...links.slice(1)));
    }
    return item;
  };

  const say = ({ hits, unknown, whole }) => {
    if (!hits.length) {
      status.textContent = `Nothing found for “${query}”. Try fewer or other words, or begin with one of these pages.`;
      const begin = document.querySelector(".menu-part ul").cloneNode(true);
      begin.className = "";
      out.append(begin);
      return;
    }
    const list = make("ol", "search-hits", ...hits.slice(0, PAGES).map(shown));
    const said = [`${hits.length} ${hits.length === 1 ? "page" : "pages"} for “${query}”`];
    if (hits.length > PAGES) said.push(`, of which the first ${PAGES} are shown`);
    said.push(".");
    if (!whole) said.push(" No page has all of these words: here are those with some of them.");
    const instead = list.querySelector("mark")?.textContent;
    for (const word of unknown) {
      said.push(` “${word}” is on no page${instead && unknown.length === 1 && whole ? `: “${instead}” is` : ""}.`);
    }
    status.textContent = said.join("");
    out.append(list);
  };

  document.querySelector(".bd-search-container input")?.select();
  if (!query) return;
  for (const input of document.querySelectorAll("input[name=q]")) input.value = query;
  status.textContent = "Searching …";
  unpack(searchIndex).then(
    ({ pages, synonyms }) => say(ask(engine(pages), query, synonyms)),
    () => (status.textContent = "This browser is too old for the search: the menu lists all pages."),
  );
})();
