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
// What was typed into a long form stays on this machine until it is well sent: for this account
// alone, for a week, never a password or a file; it is offered again, and never filled in unasked.
(() => {
  const mine = document.body.dataset.account;
  const prefix = "phusong-draft:";
  const own = `${prefix}${mine}:`;
  const WEEK_MS = 604800000;
  const store = (() => { try { return window.localStorage; } catch { return null; } })();
  if (!store || !mine) return;
  const read = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
  for (const key of Object.keys(store).filter((one) => one.startsWith(prefix))) {
    const draft = read(key);
    if (!key.startsWith(own) || !draft || Date.now() - draft.at > WEEK_MS) store.removeItem(key);
  }
  const sent = sessionStorage.getItem("phusong-sent");
  sessionStorage.removeItem("phusong-sent");
  const refused = document.querySelector("body[data-refused], #refused, main [role=alert]");
  if (sent && !refused) store.removeItem(sent);
  const kept = (form) => [...form.elements].filter((one) => one.name && !["hidden", "password",
    "file", "submit", "button"].includes(one.type) && one.type !== "fieldset");
  const state = (form) => kept(form).map((one) =>
    [one.name, ["checkbox", "radio"].includes(one.type) ? one.checked : one.value]);
  const seen = {};
  for (const form of document.querySelectorAll("main form[method=post]")) {
    const long = form.querySelector("textarea") || kept(form).length > 2;
    if (!long || form.querySelector("[type=password]")) continue;
    const marks = [...form.querySelectorAll("[type=hidden]")].map((one) => one.value)
      .filter((one) => one.length < 32 && /^[a-z_]+$/.test(one)).join();
    const place = `${own}${form.getAttribute("action") || location.pathname} ${marks}`;
    seen[place] = (seen[place] || 0) + 1;
    const key = `${place} ${seen[place]}`;
    const draft = read(key);
    const now = JSON.stringify(state(form));
    if (draft && JSON.stringify(draft.state) !== now) offer(form, key, draft);
    let wait = 0;
    const keep = () => {
      try { store.setItem(key, JSON.stringify({ at: Date.now(), state: state(form) })); } catch { /* full */ }
    };
    form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(keep, 300); });
    form.addEventListener("submit", (event) => {
      clearTimeout(wait);
      keep();
      if (!event.defaultPrevented) sessionStorage.setItem("phusong-sent", key);
    });
  }
  document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
    for (const key of Object.keys(store)) if (key.startsWith(own)) store.removeItem(key);
  });
  function offer(form, key, draft) {
    const box = document.getElementById("draft-offer").content.firstElementChild.cloneNode(true);
    const when = new Date(draft.at).toLocaleString(document.documentElement.lang);
    box.querySelector("[data-when]").textContent = when;
    box.querySelector("[data-restore]").addEventListener("click", () => {
      const left = [...draft.state];
      for (const one of kept(form)) {
        const place = left.findIndex(([name]) => name === one.name);
        if (place < 0) continue;
        const [[, value]] = left.splice(place, 1);
        if (typeof value === "boolean") one.checked = value; else one.value = value;
        one.dispatchEvent(new Event("change", { bubbles: true }));
      }
      box.remove();
      kept(form)[0].focus();
    });
    box.querySelector("[data-drop]").addEventListener("click", () => {
      store.removeItem(key);
      box.remove();
    });
    form.before(box);
  }
})();
// Without a connection nothing can be sent: that is said at once, and a form is held back.
(() => {
  const said = document.getElementById("offline");
  const show = () => { said.hidden = navigator.onLine; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
  addEventListener("submit", (event) => {
    if (navigator.onLine || event.target.method !== "post") return;
    event.preventDefault();
    show();
    said.focus();
  }, true);
})();
