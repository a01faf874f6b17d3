/* What a map needs is loaded, then it is drawn; one that stands below other things once it comes
   near, or once the page is at rest. */
"use strict";

const PhuSongNear = (() => {
  const REST_MS = 500; /* after a page has loaded, what stands below the window is drawn */
  const loading = new Map(); /* one script for all maps of a page */

  /* Scripts that run in the order of the list, whichever comes first. */
  function load(address) {
    if (!loading.has(address)) {
      loading.set(address, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.async = false;
        script.addEventListener("load", done);
        script.addEventListener("error", () => failed(new Error(`not loaded: ${address}`)));
        script.src = address;
        document.head.append(script);
      }));
    }
    return loading.get(address);
  }

  async function told(id, address) {
    if (!address) {
      return JSON.parse(document.getElementById(`${id}-data`).textContent);
    }
    const answer = await fetch(address);
    if (!answer.ok) {
      throw new Error(`${answer.status}: ${address}`);
    }
    return answer.json();
  }

  /* `loading` names the scripts, the address of the data unless they stand in the page, and whether
     the map stands below. */
  function draw(id, { scripts, data, below }, mount) {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting)) {
        once();
      }
    });
    let started = false;
    const once = async () => {
      if (started) {
        return;
      }
      started = true;
      seen.disconnect();
      try {
        const [known] = await Promise.all([told(id, data), ...scripts.map(load)]);
        mount(known);
      } catch (error) {
        document.getElementById(`${id}-failed`).hidden = false;
        throw error;
      }
    };
    if (!below) {
      once();
      return;
    }
    seen.observe(document.getElementById(id));
    addEventListener("load", () => setTimeout(() => requestIdleCallback(once), REST_MS));
  }

  return { draw };
})();
