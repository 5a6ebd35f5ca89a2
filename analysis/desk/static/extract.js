// While a result is typed, the desk is asked what it comes to; what it says replaces what stood there.
"use strict";

const form = document.querySelector("form[data-tried]");
const PAUSE = 350; // milliseconds without a key

let waiting;
let asking;

async function look(withFields) {
  asking?.abort();
  asking = new AbortController();
  const preview = document.getElementById("preview");
  preview.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(form.dataset.tried, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: asking.signal,
    });
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (withFields) replace("numbers", page);
    for (const part of document.querySelectorAll("[data-live]")) replace(part.id, page);
    for (const field of form.elements) {
      const now = field.id && page.getElementById(field.id);
      if (now) field.toggleAttribute("aria-invalid", now.hasAttribute("aria-invalid"));
      if (now?.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
    }
    preview.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") preview.removeAttribute("aria-busy");
  }
}

function replace(id, page) {
  const now = page.getElementById(id);
  if (now) document.getElementById(id).replaceChildren(...now.childNodes);
}

if (form) {
  document.body.classList.add("scripted");
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    const chosen = event.target.id === "reported";
    waiting = setTimeout(() => look(chosen), chosen ? 0 : PAUSE);
  });
}
