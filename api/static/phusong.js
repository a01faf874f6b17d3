// Live progress of a job, folded parts on paper, the form of an antenna; all works without a script.
"use strict";
(() => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.report-fold:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
})();
// An open group of the menu closes by Escape, and when somebody goes on elsewhere.
(() => {
  const groups = [...document.querySelectorAll(".menu-group")];
  const leave = (event) => {
    for (const one of groups) if (!one.contains(event.target)) one.open = false;
  };
  addEventListener("click", leave);
  addEventListener("keyup", (event) => { if (event.key === "Tab") leave(event); });
  addEventListener("keydown", (event) => {
    const one = groups.find((each) => each.open);
    if (event.key !== "Escape" || !one) return;
    one.open = false;
    one.querySelector("summary").focus();
  });
})();
// On a telephone a row of a table is a card, each cell with the name of its column. What is drawn
// as blocks is no table any more to what reads the page aloud, so each part says what it is.
(() => {
  const ROLES = [["thead, tbody, tfoot", "rowgroup"], ["tr", "row"], ["td", "cell"],
    ["thead th", "columnheader"], ["tbody th", "rowheader"]];
  const OWN = ".stacked, .matrix, .ranks, .pairs, .sides, .conditions, .terms";
  for (const table of document.querySelectorAll("main .scroll > table")) {
    table.setAttribute("role", "table");
    for (const [which, role] of ROLES) {
      for (const one of table.querySelectorAll(which)) one.setAttribute("role", role);
    }
    const heads = table.tHead ? [...table.tHead.rows] : [];
    const names = heads.length === 1 ? [...heads[0].cells].map((one) => one.textContent.trim()) : [];
    if (names.length < 3 || table.parentElement.matches(OWN)
      || table.querySelector("[colspan], [rowspan]")) continue;
    for (const row of table.querySelectorAll("tbody > tr, tfoot > tr")) {
      [...row.cells].forEach((cell, place) => {
        if (cell.tagName === "TD" && names[place]) cell.dataset.label = names[place];
      });
    }
    table.parentElement.classList.add("stacked");
  }
})();
(() => {
  const box = document.querySelector("[data-job-events]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const said = box.querySelector("[data-job-message]");
  const source = new EventSource(box.dataset.jobEvents);
  source.addEventListener("progress", (event) => {
    const job = JSON.parse(event.data);
    bar.value = job.progress;
    said.textContent = job.message;
  });
  source.addEventListener("end", () => { source.close(); location.reload(); });
})();
// Only what the chosen kind of antenna asks; without a script all of it is there.
(() => {
  for (const form of document.querySelectorAll(".antenna-form")) {
    const kind = form.elements.kind;
    const show = () => {
      for (const one of form.querySelectorAll("[data-kinds]")) {
        const wanted = one.dataset.kinds.split(" ").includes(kind.value);
        one.hidden = !wanted;
        for (const field of one.querySelectorAll("input, select")) field.disabled = !wanted;
      }
    };
    kind.addEventListener("change", show);
    show();
  }
})();
// Somebody who types is at work: the session must not end as unused meanwhile.
(() => {
  const EVERY_MS = 240000;
  let last = Date.now();
  addEventListener("input", () => {
    if (Date.now() - last < EVERY_MS) return;
    last = Date.now();
    fetch("/session", { credentials: "same-origin" }).catch(() => {});
  });
})();
