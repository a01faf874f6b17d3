// What the browser says of a field that is empty or wrong, in the language of the page: the rules
// are the page's attributes, the bubble is the browser's, only the words are ours.
"use strict";
(() => {
  const told = document.currentScript.dataset;
  const shown = (value) => (document.documentElement.lang === "vi" ? value.replace(".", ",") : value);
  const missing = (one) => {
    if (one.type === "checkbox") return told.tick;
    if (one.type === "file") return told.file;
    return one.type === "radio" || one.tagName === "SELECT" ? told.choose : told.fill;
  };
  const words = (one) => {
    const { valueMissing, badInput, typeMismatch, rangeUnderflow, rangeOverflow, stepMismatch } = one.validity;
    if (valueMissing) return missing(one);
    if (typeMismatch) return one.type === "email" ? told.email : told.address;
    if (badInput) return one.type === "number" ? told.number : told.day;
    if (rangeUnderflow) return told.least.replace("{least}", shown(one.min));
    if (rangeOverflow) return told.most.replace("{most}", shown(one.max));
    if (stepMismatch) return told.whole;
    return one.title || told.form;
  };
  const clear = (form) => { for (const one of form.elements) one.setCustomValidity?.(""); };
  addEventListener("invalid", ({ target }) => {
    target.setCustomValidity("");
    if (!target.validity.valid) target.setCustomValidity(words(target));
  }, true);
  // What is said holds until something is typed or chosen, or the form is tried again.
  for (const kind of ["input", "change"]) {
    addEventListener(kind, ({ target }) => { if (target.form) clear(target.form); }, true);
  }
  addEventListener("click", ({ target }) => {
    const button = target.closest?.("button, input[type=submit]");
    if (button?.form) clear(button.form);
  }, true);
})();
