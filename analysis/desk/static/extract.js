// While a result is typed, the desk is asked what it comes to; what it says replaces what stood there.
"use strict";

const form = document.querySelector("form[data-tried]");
const PAUSE = 350; // milliseconds without a key

let waiting;
let asking;
let otherFields = false; // another format was chosen, and its fields are not there yet

async function look() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const sent = new FormData(form);
  const preview = document.getElementById("preview");
  preview.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(form.dataset.tried, {
      method: "POST",
      body: new URLSearchParams(sent),
      signal: mine.signal,
    });
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (otherFields) {
      otherFields = false;
      showNumbers(page, sent);
    }
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

// What was typed since the fields were asked for stays.
function showNumbers(page, sent) {
  const typed = [...document.querySelectorAll("#numbers [name]")].filter(
    (field) => field.value !== sent.get(field.name),
  );
  const here = document.activeElement;
  replace("numbers", page);
  for (const field of typed) {
    const now = document.getElementById(field.id);
    if (now) now.value = field.value;
  }
  if (!here.isConnected) document.getElementById(here.id)?.focus();
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
    otherFields ||= chosen;
    waiting = setTimeout(look, chosen ? 0 : PAUSE);
  });
}
