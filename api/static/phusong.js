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
// A table that would have columns of one word each, or be cut, is drawn as cards: a row is a card,
// each cell with the name of its column. What is drawn as blocks is no table any more to what reads
// the page aloud, so each part says what it is.
(() => {
  const ROLES = [["thead, tbody, tfoot", "rowgroup"], ["tr", "row"], ["td", "cell"],
    ["thead th", "columnheader"], ["tbody th", "rowheader"]];
  const WORDS_CH = 12, PROSE_CH = 18, HEAD_CH = 9, CHIP_CH = 4;
  const said = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
  const prepare = (table) => {
    table.setAttribute("role", "table");
    for (const [which, role] of ROLES) {
      for (const one of table.querySelectorAll(which)) one.setAttribute("role", role);
    }
    const heads = table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
    const longest = heads.map((one) => Math.min(said(one).length, HEAD_CH));
    for (const row of table.querySelectorAll("tbody > tr, tfoot > tr")) {
      [...row.cells].forEach((cell, place) => {
        const name = heads[place] && said(heads[place]);
        if (name && cell.tagName === "TD") cell.dataset.label ??= name;
        const length = said(cell).length + (cell.querySelector(".chip") ? CHIP_CH : 0);
        longest[place] = Math.max(longest[place], Math.min(length, Math.max(WORDS_CH, Math.min(length / 4, PROSE_CH))));
      });
    }
    heads.forEach((one, place) => { one.style.setProperty("--least", `${longest[place]}ch`); });
  };
  const widths = new WeakMap();
  const lay = (boxes) => {
    for (const one of boxes) one.classList.remove("stacked");
    const cut = boxes.filter((one) => one.scrollWidth > one.clientWidth);
    for (const one of cut) one.classList.add("stacked");
    for (const one of boxes) widths.set(one, one.clientWidth);
  };
  const watch = new ResizeObserver((seen) => {
    lay(seen.map((one) => one.target).filter((one) => widths.get(one) !== one.clientWidth));
  });
  for (const table of document.querySelectorAll("main :is(.scroll, .report-scroll) > table")) {
    const box = table.parentElement;
    if (box.matches(".pairs") || table.querySelector("[colspan], [rowspan]")) continue;
    prepare(table);
    watch.observe(box);
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
