// What the theme writes into each page as scripts and handlers, which the site's policy forbids
// (analysis/book/extensions/policy.py). It is loaded in the head, so that no page flashes.
(() => {
  "use strict";

  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const mode = localStorage.getItem("mode") || "auto";
  const theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
  Object.assign(document.documentElement.dataset, { mode, theme });

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(".btn-download-pdf-button")) {
      button.addEventListener("click", () => print());
    }
  });
})();
