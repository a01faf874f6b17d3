// Live progress of a job; everything else on the pages works without a script.
"use strict";
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
