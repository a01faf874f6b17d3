/* Everything on the map that is not an object of the table: outline, pictures, lines, letters. */
"use strict";

const PhuSongLayers = (() => {
  const LETTER_HALF = 10;
  const LETTER_WIDTH = 13;
  const NORTH_HEIGHT = 64; /* pixels of the right edge that the arrow of north takes */
  const METRES_PER_PIXEL_AT_ZOOM_0 = 156543.03392804097;

  function pane(map, name, level) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = level;
    made.style.pointerEvents = "none";
    return name;
  }

  function letter(at, words, className) {
    const node = document.createElement("span");
    node.textContent = words;
    return L.marker(at, {
      icon: L.divIcon({ html: node, className, iconSize: null }),
      interactive: false,
      keyboard: false,
      pane: "letters",
    });
  }

  function boundary(map, data) {
    const land = L.svg({ pane: pane(map, "land", 205), padding: 0.5 });
    const renderer = L.svg({ pane: pane(map, "boundaries", 350), padding: 0.5 });
    const shared = { renderer, interactive: false, pane: "boundaries", smoothFactor: 0.5 };
    const group = L.layerGroup();
    const bands = [];
    for (const one of data) {
      const rings = one.rings.map((ring) => ring.map(([x, y]) => [y, x]));
      group.addLayer(L.polygon(rings, {
        ...shared, renderer: land, pane: "land", stroke: false, fillColor: "#ffffff",
        fillOpacity: 1,
      }));
      if (one.approximate) {
        const band = L.polygon(rings, { ...shared, color: "#6b6b6b", opacity: 0.22, fill: false });
        bands.push([band, one.uncertainty]);
        group.addLayer(band);
      }
      group.addLayer(L.polygon(rings, {
        ...shared, color: "#3d3d3d", weight: 1.75, fill: false,
        dashArray: one.approximate ? "6 3" : null,
      }));
    }
    const widen = () => {
      const scale = METRES_PER_PIXEL_AT_ZOOM_0 / 2 ** map.getZoom()
        * Math.cos((map.getCenter().lat * Math.PI) / 180);
      for (const [band, metres] of bands) {
        band.setStyle({ weight: Math.min(80, Math.max(3, (2 * metres) / scale)) });
      }
    };
    map.on("zoomend", widen);
    map.whenReady(widen);
    return group;
  }

  function graticule(map, bounds, number) {
    const renderer = L.svg({ pane: pane(map, "graticule", 210), padding: 0.5 });
    const style = { renderer, interactive: false, color: "#8a8f86", weight: 0.75, opacity: 0.45,
      pane: "graticule" };
    const names = L.layerGroup();
    const group = L.layerGroup([names]);
    const [[south, west], [north, east]] = bounds;
    const span = Math.max(north - south, east - west);
    const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5].find((s) => span / s <= 7) || 10;
    const steps = (from, to) => {
      const first = Math.floor(from / step) - 2;
      const count = Math.ceil(to / step) + 2 - first;
      return Array.from({ length: count + 1 }, (_, k) => (first + k) * step);
    };
    const meridians = steps(west, east);
    const parallels = steps(south, north);
    const [low, high] = [parallels[0], parallels.at(-1)];
    const [left, right] = [meridians[0], meridians.at(-1)];
    meridians.forEach((x) => group.addLayer(L.polyline([[low, x], [high, x]], style)));
    parallels.forEach((y) => group.addLayer(L.polyline([[y, left], [y, right]], style)));
    /* The degrees stand at the upper and the right edge, wherever the map has been moved. */
    const label = () => {
      names.clearLayers();
      const size = map.getSize();
      const put = (at, value) => names.addLayer(
        letter(map.containerPointToLatLng(at), `${number(value, 2)}°`, "map-degree"));
      for (const value of meridians) {
        const { x } = map.latLngToContainerPoint([low, value]);
        if (x > 70 && x < size.x - 60) {
          put([x, 10], value);
        }
      }
      for (const value of parallels) {
        const { y } = map.latLngToContainerPoint([value, left]);
        if (y > NORTH_HEIGHT && y < size.y - 70) {
          put([size.x - 26, y], value);
        }
      }
    };
    map.on("moveend", label);
    map.whenReady(label);
    return group;
  }

  function overlay(map, one, opacity) {
    const name = one.layer;
    pane(map, name, { coverage: 250, margin: 255, dominant: 260 }[name] || 250);
    return L.imageOverlay(one.url, one.bounds, {
      pane: name, alt: one.alt, className: "map-picture",
      opacity: opacity ?? (["coverage", "strongest"].includes(name) ? 0.72 : 0.88),
    });
  }

  function contours(map, data) {
    const renderer = L.svg({ pane: pane(map, "contours", 360), padding: 0.5 });
    const group = L.layerGroup();
    const longest = new Map();
    for (const one of data) {
      const line = one.line.map(([x, y]) => [y, x]);
      const style = { renderer, pane: "contours", interactive: false, smoothFactor: 0.5 };
      group.addLayer(L.polyline(line, { ...style, color: "#ffffff", weight: 4, opacity: 0.75 }));
      group.addLayer(L.polyline(line, {
        ...style, color: "#1b1b1b", weight: 1.5, dashArray: one.dash || null,
      }));
      if (!longest.has(one.text) || longest.get(one.text).length < line.length) {
        longest.set(one.text, line);
      }
    }
    for (const [words, line] of longest) {
      const top = line.reduce((best, at) => (at[0] > best[0] ? at : best));
      group.addLayer(letter(top, words, "map-letter map-level"));
    }
    return group;
  }

  /* Lines of a study, each layer of them by the name of its switch. */
  function shapes(map, data) {
    const made = {};
    for (const one of data) {
      const name = `shapes-${one.layer}`;
      const style = { renderer: (made[one.layer] || {}).renderer, pane: name, interactive: false,
        smoothFactor: 0.5 };
      if (!made[one.layer]) {
        style.renderer = L.svg({ pane: pane(map, name, 370), padding: 0.5 });
        made[one.layer] = L.layerGroup();
        made[one.layer].renderer = style.renderer;
      }
      const line = one.line.map(([x, y]) => [y, x]);
      made[one.layer]
        .addLayer(L.polyline(line, { ...style, color: "#ffffff", weight: 4.5, opacity: 0.8 }))
        .addLayer(L.polyline(line, { ...style, color: one.colour, weight: 2,
          dashArray: one.dash || null }));
    }
    return made;
  }

  /* As many letters as have room, the larger areas first; the others come with the zoom. Their
     `boxes` are where no name may stand, in pixels of the map. */
  function letters(map, data) {
    const group = L.layerGroup();
    const place = () => {
      group.clearLayers();
      group.taken = [];
      for (const one of data) {
        const at = [one.at[1], one.at[0]];
        const { x, y } = map.latLngToContainerPoint(at);
        const half = LETTER_WIDTH * (1 + one.letter.length) / 2;
        const box = [x - half, y - LETTER_HALF, x + half, y + LETTER_HALF];
        if (!group.taken.some((other) => PhuSongLabels.meet(box, other.box))) {
          group.taken.push({ at, half, box });
          group.addLayer(letter(at, one.letter, "map-letter"));
        }
      }
    };
    group.boxes = () => (map.hasLayer(group) && group.taken ? group.taken : []).map(({ at, half }) => {
      const { x, y } = map.latLngToContainerPoint(at);
      return [x - half, y - LETTER_HALF, x + half, y + LETTER_HALF];
    });
    group.on("add", () => { map.on("zoomend", place); map.whenReady(place); });
    group.on("remove", () => map.off("zoomend", place));
    return group;
  }

  /* The letters of each layer that has some, by its name. */
  function lettered(map, data) {
    const names = [...new Set(data.map(({ layer }) => layer))];
    return Object.fromEntries(names.map((name) =>
      [name, letters(map, data.filter(({ layer }) => layer === name))]));
  }

  /* Water and railways: above the land, below what is predicted. */
  function zones(map, { layer, colour, rings }) {
    const name = `zones-${layer}`;
    const renderer = L.svg({ pane: pane(map, name, 207), padding: 0.5 });
    return L.polygon([rings.map((ring) => ring.map(([x, y]) => [y, x]))].flat(), { renderer,
      pane: name, interactive: false, stroke: false, fillColor: colour, fillOpacity: 1 });
  }

  /* Roads: over water and railways, below what is predicted; larger ones over smaller ones. */
  function roads(map, data) {
    const renderer = L.svg({ pane: pane(map, "roads", 208), padding: 0.5 });
    return L.layerGroup(data.map(({ colour, width, lines }) => L.polyline(
      lines.map((line) => line.map(([x, y]) => [y, x])),
      { renderer, pane: "roads", interactive: false, color: colour, weight: width, opacity: 1 })));
  }

  /* A background of somebody else: over the land, under everything; who made it is words, no markup. */
  function tiles(map, { url, attribution, deepest, drawn }) {
    const words = document.createElement("span");
    words.textContent = attribution;
    return L.tileLayer(url, { pane: pane(map, "background", 206), attribution: words.innerHTML,
      maxNativeZoom: deepest, maxZoom: 18, noWrap: true, className: drawn ? "map-drawn" : "" });
  }

  /* All layers that a switch can show or hide, by the name of the switch, and where letters stand. */
  function build(map, data, number) {
    pane(map, "letters", 620);
    const layers = { graticule: graticule(map, data.bounds, number) };
    if (data.boundaries.length) {
      layers.boundary = boundary(map, data.boundaries);
    }
    for (const one of data.zones) {
      layers[one.layer] = zones(map, one);
    }
    if (data.roads.length) {
      layers.roads = roads(map, data.roads);
    }
    for (const one of data.overlays) {
      layers[one.layer] = overlay(map, one);
    }
    if (data.contours.length) {
      layers.contours = contours(map, data.contours);
    }
    Object.assign(layers, shapes(map, data.shapes));
    const placed = lettered(map, data.letters);
    for (const [name, group] of Object.entries(placed)) {
      layers[name] = L.layerGroup([layers[name], group].filter(Boolean));
    }
    const boxes = () => Object.values(placed).flatMap((one) => one.boxes());
    if (data.tiles) {
      layers.tiles = tiles(map, data.tiles);
    }
    return { layers, boxes };
  }

  return { build, contours, lettered, overlay };
})();
