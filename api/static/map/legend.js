/* What a sheet of the map says of it, on paper and in a picture: what is switched on, day, filters. */
"use strict";

const PhuSongLegend = (() => {
  const METRES_PER_PIXEL_OF_CSS = 0.0254 / 96; /* on paper, printed at its own size */

  function words(node, without = ".map-quiet, .map-stamp") {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(without).forEach((one) => one.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  function line(node) {
    return { swatch: node.querySelector("svg.map-swatch"), words: words(node) };
  }

  /* Layers that are on, in their groups: `empty` tells of a switch whether nothing of it is left. */
  function groups(section, empty) {
    const found = [];
    for (const box of section.querySelectorAll(".map-layers fieldset")) {
      const lines = [];
      for (const layer of box.querySelectorAll(".map-layer:not(.map-none)")) {
        const label = layer.querySelector("label");
        const input = label.querySelector("input");
        if (input.checked && !empty(input.dataset.layer)) {
          lines.push(line(label));
          layer.querySelectorAll(".map-legend li")
            .forEach((one) => lines.push({ ...line(one), inner: true }));
          layer.querySelectorAll(".map-note:not(:has(a))")
            .forEach((one) => lines.push({ words: words(one), inner: true, note: true }));
        }
      }
      const chosen = box.querySelector("select[name=study] option:checked");
      const heading = [words(box.querySelector("legend")), ...(chosen?.value ? [words(chosen)] : [])];
      if (lines.length) {
        found.push({ heading: heading.join(": "), lines });
      }
    }
    return found;
  }

  /* Words that warn of what is seen, each once. */
  function stamps(section) {
    const there = section.querySelectorAll(".map-watermark .map-stamp, .map-notices .map-stamp");
    return [...new Set([...there].map((one) => words(one, "svg")))];
  }

  function filters(section) {
    const { text, kind, owner } = section.querySelector(".map-filters").elements;
    return [text.value.trim() ? `“${text.value.trim()}”` : "",
      ...[kind, owner].map((one) => (one.value === "" ? "" : words(one.selectedOptions[0])))]
      .filter(Boolean).join("; ");
  }

  /* How many times smaller the middle of the map is than the land, two digits that count. */
  function scale(map, shrunk) {
    const { x, y } = map.getSize();
    const ends = [[0, y / 2], [x, y / 2]].map((at) => map.containerPointToLatLng(at));
    const times = map.distance(...ends) / (x * shrunk * METRES_PER_PIXEL_OF_CSS);
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(times)) - 1);
    return Math.round(times / unit) * unit;
  }

  return { filters, groups, scale, stamps, words };
})();
