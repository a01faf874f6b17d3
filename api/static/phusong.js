// Live progress of a job, folded parts on paper, the form of an antenna; all works without a script.
"use strict";
(() => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:is(.report-fold, .paper-fold):not([open])")];
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
// the page aloud, so each part says what it is. What is folded is looked at when it opens.
(() => {
  const ROLES = [["thead, tbody, tfoot", "rowgroup"], ["tr", "row"], ["td", "cell"],
    ["thead th", "columnheader"], ["tbody th", "rowheader"]];
  const WORDS_CH = 12, PROSE_CH = 18, HEAD_CH = 9, CHIP_CH = 4;
  const said = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
  // How wide each column has to be to be read.
  const measure = (table) => {
    const heads = headsOf(table);
    const longest = heads.map((one) => Math.min(said(one).length, HEAD_CH));
    for (const row of rowsOf(table)) {
      [...row.cells].forEach((cell, place) => {
        const length = said(cell).length + (cell.querySelector(".chip") ? CHIP_CH : 0);
        longest[place] = Math.max(longest[place], Math.min(length, Math.max(WORDS_CH, Math.min(length / 4, PROSE_CH))));
      });
    }
    heads.forEach((one, place) => { one.style.setProperty("--least", `${longest[place]}ch`); });
  };
  const label = (table) => {
    table.setAttribute("role", "table");
    for (const [which, role] of ROLES) {
      for (const one of table.querySelectorAll(which)) one.setAttribute("role", role);
    }
    const names = headsOf(table).map(said);
    for (const row of rowsOf(table)) {
      [...row.cells].forEach((cell, place) => {
        if (names[place] && cell.tagName === "TD") cell.dataset.label ??= names[place];
      });
    }
  };
  const headsOf = (table) => (table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : []);
  const rowsOf = (table) => table.querySelectorAll("tbody > tr, tfoot > tr");
  const once = (done, tables, act) => {
    for (const one of tables) if (!done.has(one)) { done.add(one); act(one); }
  };
  const tableOf = (box) => box.querySelector("table");
  const wide = matchMedia("(min-width: 62rem)");
  const keepsColumns = (box) => box.matches(".many") && wide.matches;
  const widths = new WeakMap(), measured = new WeakSet(), labelled = new WeakSet();
  const lay = (boxes) => {
    once(measured, boxes.map(tableOf), measure);
    for (const one of boxes) one.classList.remove("stacked");
    const cut = boxes.filter((one) => one.scrollWidth > one.clientWidth && !keepsColumns(one));
    once(labelled, cut.map(tableOf), label);
    for (const one of cut) one.classList.add("stacked");
    for (const one of boxes) widths.set(one, one.clientWidth);
  };
  const watch = new ResizeObserver((seen) => {
    lay(seen.map((one) => one.target).filter((one) => widths.get(one) !== one.clientWidth));
  });
  const tables = [...document.querySelectorAll("main :is(.scroll, .report-scroll) > table")]
    .filter((one) => !one.parentElement.matches(".pairs") && !one.querySelector("[colspan], [rowspan]"));
  addEventListener("beforeprint", () => once(measured, tables, measure));
  for (const table of tables) {
    const box = table.parentElement;
    if (!box.closest("details:not([open]), .once-near")) once(measured, [table], measure);
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
