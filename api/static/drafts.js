// What was typed into a long form outlives a reload, an ended session and a lost connection.
// Kept in this browser for the account alone; gone once the server took it, on signing out, when
// somebody else signs in, and after some days. Every other answer, and none, leaves it.
// Files, secrets and what is marked `data-no-draft` (personal data) are never kept.
"use strict";
(() => {
  const told = document.currentScript.dataset;
  const PREFIX = "phusong-draft:";
  const LASTS_MS = 7 * 24 * 3600 * 1000;
  const WAIT_MS = 15000;
  const FRESH_MS = 60000; // for so long after a page came its server is thought to be there
  const SKIPPED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);
  const mine = PREFIX + told.owner + ":";

  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const write = (key, draft) => {
    try { localStorage.setItem(key, JSON.stringify(draft)); } catch { /* full or forbidden */ }
  };
  const keys = () => {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; }
  };
  const drop = (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } };
  // The server names the address whose form it took in a cookie, which is used up here.
  const takenAt = () => {
    const found = document.cookie.match(/(?:^|; )phusong_taken=([^;]*)/);
    if (!found) return "";
    document.cookie = "phusong_taken=; path=/; max-age=0";
    return decodeURIComponent(found[1]);
  };

  const fieldsOf = (form) => [...form.elements].filter((one) => one.name && !SKIPPED.has(one.type));
  const isLong = (form) => form.method === "post" && !form.hasAttribute("data-no-draft")
    && !form.querySelector("input[type=password]")
    && (form.querySelector("textarea") || fieldsOf(form).length > 1);
  const forms = [...document.querySelectorAll("main form")].filter(isLong);
  // Forms of one address are told apart by the words that they send unseen, such as the step's name.
  const nameOf = (form) => new URL(form.action).pathname + ":" + [...form.elements]
    .filter((one) => one.type === "hidden" && /^[a-z_]{1,32}$/.test(one.value)).map((one) => one.value);
  const counted = new Map();
  const keyed = new Map(forms.map((form) => {
    const name = nameOf(form);
    const place = counted.get(name) ?? 0;
    counted.set(name, place + 1);
    return [form, mine + location.pathname + ":" + name + ":" + place];
  }));

  const typed = (form) => fieldsOf(form).map((one) => {
    if (one.type === "checkbox" || one.type === "radio") return [one.name, one.value, one.checked];
    return [one.name, one.multiple ? [...one.selectedOptions].map((each) => each.value) : one.value];
  });
  const put = (form, values) => {
    const left = [...values];
    for (const one of fieldsOf(form)) {
      const boxed = one.type === "checkbox" || one.type === "radio";
      const at = left.findIndex((each) => each[0] === one.name && (!boxed || each[1] === one.value));
      if (at < 0) continue;
      const [value] = left.splice(at, 1);
      if (boxed) one.checked = value[2];
      else if (one.multiple) for (const each of one.options) each.selected = value[1].includes(each.value);
      else one.value = value[1];
      one.dispatchEvent(new Event(one.tagName === "SELECT" || boxed ? "change" : "input", { bubbles: true }));
    }
  };

  const notice = (form, words, className, acts) => {
    form.previousElementSibling?.matches(".draft") && form.previousElementSibling.remove();
    const box = document.createElement("div");
    box.className = `notice draft ${className}`;
    box.setAttribute("role", className === "bad" ? "alert" : "status");
    const line = document.createElement("p");
    line.textContent = words;
    box.append(line);
    for (const [name, act] of acts) {
      const made = document.createElement(typeof act === "string" ? "a" : "button");
      made.className = "button";
      made.textContent = name;
      if (typeof act === "string") Object.assign(made, { href: act, target: "_blank" });
      else {
        made.type = "button";
        made.addEventListener("click", () => { box.remove(); act(); });
      }
      box.append(made, " ");
    }
    form.before(box);
    if (className === "bad") box.scrollIntoView({ block: "center" });
  };

  const offer = (form) => {
    const key = keyed.get(form);
    const draft = read(key);
    if (!draft || JSON.stringify(draft.values) === JSON.stringify(typed(form))) return;
    const at = new Date(draft.at).toLocaleString(document.documentElement.lang);
    notice(form, told.kept.replace("{time}", at), "", [
      [told.restore, () => { put(form, draft.values); fieldsOf(form)[0].focus(); }],
      [told.drop, () => { drop(key); fieldsOf(form)[0].focus(); }],
    ]);
  };

  // After a while nothing is sent before the server answered that it is there and knows who asks.
  const reached = async () => {
    const answer = await fetch("/session", {
      credentials: "same-origin", signal: AbortSignal.timeout(WAIT_MS),
    });
    return answer.ok && (await answer.json()).signed_in ? "" : told.ended;
  };
  const watch = (form) => {
    const key = keyed.get(form);
    const usual = JSON.stringify(typed(form));
    let sure = false;
    const sent = (button) => {
      const to = button?.hasAttribute("formaction") ? button.formAction : form.action;
      const path = decodeURIComponent(new URL(to).pathname);
      for (const one of keys()) { // of what was sent there before nothing more is heard
        const { sent: before, ...draft } = read(one) ?? {};
        if (before === path || one === key) write(one, one === key ? { ...draft, sent: path } : draft);
      }
    };
    form.addEventListener("input", () => {
      const values = typed(form);
      if (JSON.stringify(values) === usual) drop(key);
      else write(key, { at: Date.now(), values });
    });
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented || sure) return;
      if (navigator.onLine && performance.now() < FRESH_MS) {
        sent(event.submitter);
        return;
      }
      event.preventDefault();
      let wrong = told.lost;
      sure = true;
      try { wrong = await reached(); } catch { /* no connection */ }
      if (wrong) {
        sure = false;
        notice(form, wrong, "bad", [wrong === told.ended // whose token no other session takes
          ? [told.signIn, "/login"] : [told.again, () => form.requestSubmit(event.submitter)]]);
        return;
      }
      sent(event.submitter);
      form.requestSubmit(event.submitter);
      sure = false;
    });
  };

  const taken = takenAt();
  for (const key of keys()) {
    const draft = read(key);
    const old = !draft || Date.now() - draft.at > LASTS_MS;
    if (old || !key.startsWith(mine) || (taken && draft.sent === taken)) drop(key);
  }
  for (const form of forms) { offer(form); watch(form); }
  document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
    for (const key of keys()) if (key.startsWith(mine)) drop(key);
  });
})();
