// Live progress of a job, and paper that shows what is folded; all else works without a script.
"use strict";
(() => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.report-fold:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
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
