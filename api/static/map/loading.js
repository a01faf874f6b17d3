/* What a map needs is loaded, then it is drawn; one that stands below other things once it comes
   near, or once the page is at rest. */
"use strict";

const PhuSongLoading = (() => {
  const REST_MS = 500; /* after a page has loaded, what stands below the window is drawn */
  const asked = new Map(); /* one script for all maps of a page */

  /* Scripts that run in the order of the list, whichever comes first. */
  function load(address) {
    if (!asked.has(address)) {
      asked.set(address, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.async = false;
        script.addEventListener("load", done);
        script.addEventListener("error", () => {
          asked.delete(address); /* it may be tried again */
          failed(new Error(`not loaded: ${address}`));
        });
        script.src = address;
        document.head.append(script);
      }));
    }
    return asked.get(address);
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

  /* What is filled in before its script is there is not sent anywhere, unless it has an address. */
  function hold(event) {
    if (!event.target.hasAttribute("action")) {
      event.preventDefault();
    }
  }

  /* The scripts that draw a map, the address of its data unless they stand in the page, and whether
     the map stands below. */
  function draw(id, { scripts, data, below }, mount) {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting)) {
        once();
      }
    });
    const section = document.getElementById(`${id}-section`);
    section.addEventListener("submit", hold);
    let started = false;
    const once = async () => {
      if (started) {
        return;
      }
      started = true;
      seen.disconnect();
      const failed = () => { document.getElementById(`${id}-failed`).hidden = false; };
      const come = Promise.all([told(id, data), ...scripts.map(load)]);
      come.catch(failed);
      mount((await come)[0]);
      section.removeEventListener("submit", hold);
    };
    if (!below) {
      once();
      return;
    }
    seen.observe(document.getElementById(id));
    addEventListener("load", () => setTimeout(() => requestIdleCallback(once), REST_MS));
  }

  return { draw, load };
})();
