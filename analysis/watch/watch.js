// Only while the watch serves a page: it is loaded again as soon as it would be another,
// and says what is being made and what is wrong. Nothing of this is in the site itself.
(() => {
  "use strict";
  const own = document.currentScript.dataset;
  const box = document.createElement("aside");
  const line = document.createElement("p");
  const list = document.createElement("ul");
  let styles = own.styles;
  let source = null;

  function style(element, rules) {
    Object.assign(element.style, rules);
  }

  function build() {
    box.id = "watch";
    box.setAttribute("aria-label", "Watch");
    line.setAttribute("role", "status");
    list.setAttribute("role", "alert");
    style(box, {
      position: "fixed", right: "0.5rem", bottom: "0.5rem", zIndex: "2000", maxWidth: "44rem",
      maxHeight: "60vh", overflow: "auto", padding: "0.4rem 0.8rem", borderRadius: "0.3rem",
      background: "#fff", color: "#222", border: "1px solid #666", fontSize: "0.85rem",
    });
    style(line, { margin: "0" });
    style(list, { margin: "0.3rem 0 0", paddingLeft: "1.2rem" });
    box.append(line, list);
    box.hidden = true;
    document.body.append(box);
  }

  function say(making, problems) {
    const wrong = problems.length > 0;
    line.textContent = making || (wrong ? "This is the last good site. What keeps it so:" : "");
    list.replaceChildren(...problems.map((problem) => {
      const item = document.createElement("li");
      item.textContent = problem;
      return item;
    }));
    list.hidden = !wrong;
    box.style.borderColor = wrong ? "#b00020" : "#666";
    box.hidden = !making && !wrong;
  }

  function restyle() {
    for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
      const address = new URL(link.href);
      if (address.origin === location.origin) {
        const next = link.cloneNode();
        address.searchParams.set("watch", styles);
        next.href = address.href;
        next.addEventListener("load", () => {
          link.remove();
          document.documentElement.dataset.watchStyles = styles;
        });
        link.after(next);
      }
    }
  }

  function hear(event) {
    const now = JSON.parse(event.data);
    if (now.page !== null && now.page !== own.page) {
      location.reload();
      return;
    }
    if (String(now.styles) !== styles) {
      styles = String(now.styles);
      restyle();
    }
    say(now.making, now.problems);
  }

  function listen() {
    const visible = document.visibilityState === "visible";
    if (source && !visible) {
      source.close();
      source = null;
    } else if (!source && visible) {
      source = new EventSource(`${own.address}?page=${encodeURIComponent(own.name)}`);
      source.addEventListener("message", hear);
      source.addEventListener("error", () => say("The watch does not answer.", []));
    }
  }

  build();
  listen();
  document.addEventListener("visibilitychange", listen);
  // A page that the browser keeps to go back to listens again when it is shown.
  window.addEventListener("pagehide", () => source && (source.close(), (source = null)));
  window.addEventListener("pageshow", listen);
})();
