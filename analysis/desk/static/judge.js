// Keys for numbers held against a report, and what the answers propose while they are given.
"use strict";

for (const form of document.querySelectorAll("form[data-judge=numbers]")) {
  const numbers = [...form.querySelectorAll("[data-number]")];
  const keys = { m: "matches", d: "differs", n: "not found" };
  let here = Math.max(0, numbers.findIndex((each) => !each.querySelector("input:checked")));
  const point = (at) => {
    here = Math.min(at, numbers.length - 1);
    numbers.forEach((each, place) => each.classList.toggle("here", place === here));
  };
  const go = (at) => {
    if (at >= numbers.length) {
      form.querySelector("button.main").focus();
      return;
    }
    point(at);
    const chosen = numbers[here].querySelector("input:checked");
    (chosen || numbers[here].querySelector("input[type=radio]")).focus();
  };
  form.querySelector(".keys").hidden = false;
  point(here);
  form.addEventListener("focusin", (event) => {
    const at = numbers.indexOf(event.target.closest("[data-number]"));
    if (at >= 0) point(at);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio]), textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing && event.key === "Enter" && event.target.closest("[data-number]")) {
      event.preventDefault();
      go(here + 1);
    }
    const answer = keys[event.key];
    if (typing || !answer) return;
    event.preventDefault();
    const radio = numbers[here].querySelector(`input[value="${answer}"]`);
    radio.checked = true;
    if (answer === "differs") numbers[here].querySelector(".report input").focus();
    else go(here + 1);
  });
}

for (const form of document.querySelectorAll("form[data-judge=domain]")) {
  const shown = form.querySelector("#proposal");
  let asked = 0;
  const propose = async () => {
    const mine = ++asked;
    const sent = new URLSearchParams(new FormData(form));
    sent.set("act", "propose");
    const reply = await fetch(form.action, { method: "POST", body: sent });
    const text = await reply.text();
    if (mine !== asked || !reply.ok) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    shown.textContent = page.querySelector("#proposal").textContent;
  };
  for (const select of form.querySelectorAll(".answers select")) {
    select.addEventListener("change", propose);
  }
}
