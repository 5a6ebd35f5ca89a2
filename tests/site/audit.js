// What the browser suite asks of a page; evaluated after axe-core.
({
  // WCAG 2.2 AA and best practice: every rule, or those that depend on the theme.
  async audit(onlyColours) {
    this.mark();
    const rules = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
    const tags = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
    const { violations } = await axe.run(document, {
      preload: false,
      resultTypes: ["violations"],
      runOnly: onlyColours ? rules : tags,
    });
    return violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.failureSummary}: ${node.html}`),
    );
  },

  // Spare axe what it cannot judge or need not judge twice. The inside of a picture has no
  // meaning of its own for a listener. Text that has the same colour, size and weight on the
  // same grounds has the same contrast: one element speaks for all that look like it.
  mark() {
    for (const inside of document.querySelectorAll("svg[role=img] > :not(title)")) inside.remove();
    for (const former of document.querySelectorAll("[data-look]")) delete former.dataset.look;
    for (const element of this.looks()) element.dataset.look = "";
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });
  },

  // One element for each way in which text looks.
  looks() {
    const grounds = new Map([[null, ""]]);
    const ground = (element) => {
      if (!grounds.has(element)) {
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
        const own = `${backgroundColor} ${backgroundImage} ${opacity}`;
        const beneath = ground(element.parentElement);
        grounds.set(element, beneath.endsWith(own) ? beneath : `${beneath}|${own}`);
      }
      return grounds.get(element);
    };
    const found = new Map();
    for (const element of document.body.querySelectorAll("*")) {
      const says = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (says && !element.closest("svg") && element.checkVisibility({ visibilityProperty: true })) {
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const look = `${color} ${fontSize} ${fontWeight} ${ground(element)}`;
        if (!found.has(look)) found.set(look, element);
      }
    }
    return [...found.values()];
  },

  // What sticks out of a page that should not scroll sideways.
  tooWide() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
    return [...document.body.querySelectorAll("*")]
      .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
      .map((e) => e.outerHTML.slice(0, 120));
  },

  // Everything that a keyboard should reach, in the page's order.
  operable() {
    const kinds = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    this.found = [...document.querySelectorAll(kinds)].filter(
      (e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }),
    );
    return this.found.map((e) => e.outerHTML.slice(0, 120));
  },

  // What has the focus: its number among the operable, or -1, and whether it shows.
  focused() {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
    const ringed = outlineStyle !== "none" && outlineWidth !== "0px";
    return [this.found.indexOf(document.activeElement), ringed || boxShadow !== "none"];
  },
})
