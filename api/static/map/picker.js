/* A place chosen on a map for the fields of a form; the fields stay, so it can be typed as well.

A part of a page with `data-picker` says what is chosen: `point` and `circle` have a field for the
latitude, one for the longitude, a circle one for its radius in kilometres; `text` has one field for
a point, `line` and `area` one with a point on each line. */
"use strict";

(() => {
  const LEAFLET = "/static/leaflet/leaflet.js"; /* loaded once somebody opens a map */
  const BASE = "/map/base";
  const SEARCH = "/map/search";
  const DECIMALS = 6;
  const NEAR = 13; /* zoom at which a place that was found is looked at */
  const CLOSE = 12; /* zoom below which communes have no name */
  const RESTED_MS = 300; /* so long after the last key the server is asked what was typed */
  let loaded = null;

  const base = (language) => (loaded ??= fetch(`${BASE}?lang=${language}`, {
    headers: { Accept: "application/json" }, credentials: "same-origin",
  }).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText)))));

  const element = (name, className, words) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = words ?? "";
    return made;
  };

  const button = (words, act) => {
    const made = element("button", "button small", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  const number = (words) => {
    const told = words.trim().replace(",", ".");
    return /^[+-]?\d+(\.\d+)?$/.test(told) ? Number(told) : NaN;
  };

  /* What the fields of a form say, as points, and the other way round. */
  class Fields {
    constructor(told) {
      this.kind = told.picker;
      const find = (name) => (told[name] ? document.getElementById(told[name]) : null);
      [this.latitude, this.longitude, this.radius, this.text] = ["latitude", "longitude", "radius", "text"].map(find);
      this.many = this.kind === "line" || this.kind === "area";
      this.east = this.kind === "area"; /* longitude stands first there */
    }

    get all() {
      return [this.latitude, this.longitude, this.radius, this.text].filter(Boolean);
    }

    /* What two fields say that is no plain number, for the server to read; empty where none is. */
    get degrees() {
      const told = this.text ? [] : [this.latitude.value.trim(), this.longitude.value.trim()];
      return told.length && told.every(Boolean) && told.some((one) => Number.isNaN(number(one)))
        ? `vĩ độ ${told[0]} kinh độ ${told[1]}` : "";
    }

    read() {
      if (this.degrees) {
        return this.known?.words === this.degrees ? [this.known.at] : [];
      }
      const rows = this.text
        ? this.text.value.split("\n").map((line) => line.split(/[,;]\s|[,;]|\s+/).filter(Boolean))
        : [[this.latitude.value, this.longitude.value]];
      const points = rows.map((row) => row.slice(0, 2).map(number));
      return points.map((one) => (this.east ? [one[1], one[0]] : one))
        .filter((one) => one.length === 2 && Math.abs(one[0]) <= 85 && Math.abs(one[1]) <= 180);
    }

    write(points) {
      const told = points.map((one) => one.map((each) => each.toFixed(DECIMALS)));
      if (this.text) {
        this.text.value = told.map(([y, x]) => (this.east ? `${x}, ${y}` : `${y}, ${x}`)).join("\n");
      } else {
        [this.latitude.value, this.longitude.value] = told[0] ?? ["", ""];
      }
      for (const one of this.all) {
        one.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    radiusM() {
      const value = this.radius ? number(this.radius.value || this.radius.placeholder) : NaN;
      return value > 0 ? value * 1000 : 0;
    }
  }

  class Picker {
    constructor(box) {
      this.box = box;
      this.told = box.dataset;
      this.fields = new Fields(box.dataset);
      this.opener = box.querySelector("[data-picker-open]");
      this.opener.addEventListener("click", () => this.toggle());
      box.hidden = false;
    }

    async toggle() {
      if (this.part) {
        this.part.hidden = !this.part.hidden;
      } else if (!await this.begun()) {
        return;
      }
      this.opener.setAttribute("aria-expanded", String(!this.part.hidden));
      if (!this.part.hidden) {
        this.map.invalidateSize();
        this.part.scrollIntoView({ block: "nearest" });
        if (document.activeElement === this.opener) { /* who went on to type keeps the field */
          this.map.getContainer().focus({ preventScroll: true });
        }
      }
    }

    /* Whether the map stands now: not while it is on its way, nor where it cannot be had. */
    async begun() {
      if (this.beginning) {
        return false;
      }
      this.beginning = true;
      this.missing?.remove();
      this.opener.setAttribute("aria-busy", "true");
      try {
        await PhuSongLoading.load(LEAFLET);
      } catch {
        this.missing = element("output", "picker-said");
        this.box.append(this.missing);
        this.missing.textContent = this.told.failed; /* into what is there already, to be read aloud */
        return false;
      } finally {
        this.beginning = false;
        this.opener.removeAttribute("aria-busy");
      }
      this.build();
      return true;
    }

    build() {
      this.part = element("div", "picker-part");
      const place = element("div", "picker-map");
      place.setAttribute("role", "application");
      place.setAttribute("aria-label", this.told.label);
      this.said = element("output", "picker-said", this.told.help);
      this.part.append(this.search(), place, this.buttons(), this.said);
      this.box.append(this.part);
      this.map = L.map(place, { attributionControl: false, zoomControl: false, fadeAnimation: false,
        zoomAnimation: false, preferCanvas: true, maxZoom: 18, zoomSnap: 0.5, doubleClickZoom: false,
        inertia: !matchMedia("(prefers-reduced-motion: reduce)").matches });
      L.control.zoom({ zoomInTitle: this.told.zoomIn, zoomOutTitle: this.told.zoomOut }).addTo(this.map);
      L.control.scale({ imperial: false }).addTo(this.map);
      this.map.setView([10.6, 106.4], 9);
      this.map.on("click", ({ latlng }) => this.choose([latlng.lat, latlng.wrap().lng]));
      place.addEventListener("keydown", (event) => this.pressed(event));
      this.drawn = L.layerGroup().addTo(this.map);
      for (const one of this.fields.all) {
        one.addEventListener("input", () => this.typed());
      }
      this.fill();
    }

    async fill() {
      try {
        const told = await base(document.documentElement.lang);
        this.map.fitBounds(told.bounds, { animate: false });
        this.ground(told);
      } catch {
        this.said.textContent = this.told.failed;
      }
      await this.ask();
      this.draw();
      const points = this.fields.read();
      if (points.length > 1) {
        this.map.fitBounds(points, { maxZoom: NEAR, padding: [30, 30], animate: false });
      } else if (points.length) {
        this.map.setView(points[0], NEAR, { animate: false });
      }
      this.part.dataset.ready = "yes";
    }

    typed() {
      this.draw();
      clearTimeout(this.waiting);
      this.waiting = setTimeout(async () => {
        if (await this.ask()) {
          this.draw();
          this.map.panTo(this.fields.read()[0] ?? this.map.getCenter(), { animate: false });
        }
      }, RESTED_MS);
    }

    /* Degrees, minutes and seconds are read by the server, as it reads the form; whether it could. */
    async ask() {
      const words = this.fields.degrees;
      if (!words || this.fields.known?.words === words) {
        return Boolean(words);
      }
      const query = new URLSearchParams({ text: words, lang: document.documentElement.lang });
      try {
        const answer = await fetch(`${SEARCH}?${query}`, { credentials: "same-origin" });
        const { places } = await answer.json();
        const found = places.find((one) => one.kind === "coordinates");
        this.fields.known = found && { words, at: [found.latitude, found.longitude] };
        return Boolean(found);
      } catch {
        this.said.textContent = this.told.failed;
        return false;
      }
    }

    /* A colour of the style sheet, which differs by day and by night. */
    colour(name) {
      return getComputedStyle(this.map.getContainer()).getPropertyValue(`--picker-${name}`).trim();
    }

    /* What one finds one's way by: outlines, communes, structures, stations. */
    ground({ boundaries, communes, marks }) {
      const land = { color: this.colour("outline"), fillColor: this.colour("land") };
      const rim = this.colour("land");
      for (const one of boundaries) {
        const rings = one.rings.map((ring) => ring.map(([x, y]) => [y, x]));
        L.polygon(rings, { ...land, weight: 1.5, fillOpacity: 1,
          dashArray: one.approximate ? "6 3" : null, interactive: false }).addTo(this.map);
      }
      for (const [name, latitude, longitude, kind] of marks) {
        const station = kind === "station";
        L.circleMarker([latitude, longitude], { radius: station ? 6 : 4, weight: 1, color: rim,
          fillColor: this.colour(station ? "station" : "mark"), fillOpacity: 1, bubblingMouseEvents: true })
          .bindTooltip(name).addTo(this.map);
      }
      const names = L.layerGroup();
      for (const [name, latitude, longitude] of communes) {
        const node = element("span", "", name);
        names.addLayer(L.marker([latitude, longitude], { interactive: false, keyboard: false,
          icon: L.divIcon({ html: node, className: "picker-name", iconSize: null }) }));
      }
      const show = () => (this.map.getZoom() >= CLOSE ? names.addTo(this.map) : names.remove());
      this.map.on("zoomend", show);
      show();
    }

    search() {
      const line = element("div", "picker-search");
      const label = element("label", "", this.told.search);
      const input = element("input", "");
      input.type = "search";
      input.maxLength = 100;
      label.append(" ", input);
      const found = element("ul", "picker-found");
      const ask = async () => {
        const words = input.value.trim();
        if (!words) {
          return;
        }
        const query = new URLSearchParams({ text: words, lang: document.documentElement.lang });
        try {
          const answer = await fetch(`${SEARCH}?${query}`, { credentials: "same-origin" });
          const { places } = await answer.json();
          found.replaceChildren(...places.map((one) => this.place(one, found)));
          this.said.textContent = places.length ? this.told.help : this.told.none;
        } catch {
          this.said.textContent = this.told.failed;
        }
      };
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault(); /* the form itself is not sent */
          ask();
        }
      });
      line.append(label, button(this.told.find, ask), found);
      return line;
    }

    place(one, found) {
      const row = element("li", "");
      row.append(button(`${one.name} (${one.about})`, () => {
        const at = [one.latitude, one.longitude];
        this.map.setView(at, NEAR, { animate: false });
        found.replaceChildren();
        if (!this.fields.many) {
          this.choose(at);
        }
        this.map.getContainer().focus();
      }));
      return row;
    }

    buttons() {
      const line = element("div", "actions");
      line.append(button(this.told.centre, () => this.centre()));
      if (this.fields.many) {
        line.append(button(this.told.back, () => this.put(this.fields.read().slice(0, -1))));
      }
      line.append(button(this.told.clear, () => this.put([])));
      return line;
    }

    /* Arrows move the map, + and - make it larger: that is Leaflet's; Enter takes its middle. */
    pressed(event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.centre();
      } else if (event.key === "Escape") {
        this.toggle();
        this.opener.focus();
      }
    }

    centre() {
      const { lat, lng } = this.map.getCenter().wrap();
      this.choose([lat, lng]);
    }

    choose(at) {
      this.put(this.fields.many ? [...this.fields.read(), at] : [at]);
    }

    put(points) {
      this.fields.write(points);
      const format = new Intl.NumberFormat(document.documentElement.lang, {
        minimumFractionDigits: 5, maximumFractionDigits: 5 });
      const last = points.at(-1);
      this.said.textContent = last
        ? this.told.chosen.replace("{latitude}", format.format(last[0]))
          .replace("{longitude}", format.format(last[1])).replace("{count}", points.length)
        : this.told.help;
    }

    draw() {
      this.drawn.clearLayers();
      const points = this.fields.read();
      const style = { color: this.colour("chosen"), weight: 3, fillOpacity: 0.15, interactive: false };
      if (this.fields.many && points.length > 1) {
        const shape = this.fields.kind === "area" && points.length > 2 ? L.polygon : L.polyline;
        this.drawn.addLayer(shape(points, { ...style, fill: this.fields.kind === "area" }));
      }
      for (const one of points) {
        this.drawn.addLayer(L.circleMarker(one, { ...style, radius: 8, fillOpacity: 0.7 }));
        if (this.fields.radiusM()) {
          this.drawn.addLayer(L.circle(one, { ...style, radius: this.fields.radiusM() }));
        }
      }
    }
  }

  for (const box of document.querySelectorAll("[data-picker]")) {
    new Picker(box);
  }
})();
