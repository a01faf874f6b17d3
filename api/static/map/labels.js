/* Names on the map, as many as have room, the more important first. */
"use strict";

const PhuSongLabels = (() => {
  const LETTER = { source: 7, judged: 7, stations: 7.6, district: 7.2, units: 6.2 };
  const HEIGHT = 17;
  const BESIDE = 13.5;

  function meet(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  class Labels {
    /* `titled` returns places with name, group and at, the most important first; `blocked`, boxes
       in which no name may stand. */
    constructor(map, titled, blocked) {
      this.map = map;
      this.blocked = blocked;
      this.titled = titled;
      this.group = L.layerGroup().addTo(map);
      map.on("moveend", () => this.draw());
      this.draw();
    }

    draw() {
      cancelAnimationFrame(this.waiting);
      this.waiting = requestAnimationFrame(() => this.place());
    }

    place() {
      this.group.clearLayers();
      const view = this.map.getBounds();
      const taken = [];
      const letters = this.blocked();
      for (const one of this.titled()) {
        if (view.contains(one.at)) {
          const { x, y } = this.map.latLngToContainerPoint(one.at);
          const width = one.name.length * LETTER[one.group] + 14;
          const box = [x - 6, y - HEIGHT / 2, x + width, y + HEIGHT / 2];
          const words = [x + BESIDE, box[1], box[2], box[3]];
          const free = !letters.some((other) => meet(words, other));
          if (free && !taken.some((other) => meet(box, other))) {
            taken.push(box);
            this.group.addLayer(this.label(one));
          }
        }
      }
    }

    label(one) {
      const node = document.createElement("span");
      node.textContent = one.name;
      return L.marker(one.at, {
        icon: L.divIcon({
          html: node, className: `map-title map-title-${one.group}`, iconSize: null,
        }),
        interactive: false,
        keyboard: false,
        pane: "letters",
      });
    }
  }

  return { Labels, meet };
})();
