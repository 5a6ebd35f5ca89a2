// Keys of the screening desk: each presses a button that is on the page. While somebody types in a
// field, or holds Ctrl, Alt or Meta, a key is a letter.

"use strict";

(() => {
  const why = document.getElementById("why");
  let asksWhy = false;
  let sent = false;

  const types = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  function press(button) {
    // A key that is held down decides on one record, not on the next ones too.
    if (button && !sent) button.click();
  }

  function ask(on) {
    asksWhy = on;
    why.classList.toggle("asks", on);
    if (on) why.focus();
  }

  document.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    else if (event.target.method === "post") sent = true;
  });

  // Back from the next record: the form of the page that the browser kept works again.
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || types(event.target)) return;
    const key = event.key.toLowerCase();
    if (asksWhy && key === "escape") return ask(false);
    if (asksWhy) {
      const none = document.querySelector("[data-then='why']");
      const found = why.querySelector(`[data-reason="${CSS.escape(key)}"]`);
      if (found || (key === "enter" && none && event.target === why)) {
        event.preventDefault();
        return press(found ?? none);
      }
    }
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return;
    event.preventDefault();
    if (found === why || found.dataset.then === "why") ask(true);
    else press(found);
  });
})();
