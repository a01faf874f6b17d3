/* A map that stands below other things is loaded and drawn once it comes near, or once the page is
   at rest. */
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

  function draw(id, addresses, below, mount) {
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
      await Promise.all(addresses.map(load));
      mount();
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
