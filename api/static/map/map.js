/* Puts the pieces together: map, layer switches, table twin, popups and the panel of details. */
"use strict";

const PhuSongMap = (() => {
  const { element } = PhuSongTable;
  const NUMBERED = new Set(["candidate", "outside", "judged-worst"]); /* what has its rank on the map, not its name */
  const SETTLED_MS = 150; /* after the last move the address says the new view */

  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const { panBy } = L.Map.prototype;
    L.Map.mergeOptions({ zoomAnimation: false, markerZoomAnimation: false, inertia: false });
    L.Map.include({
      panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }); },
    });
  }

  function sentences(data) {
    /* By hand: what the browser has for it takes a tenth of a second to get ready on a telephone. */
    const [thousands, point] = data.language === "vi" ? [".", ","] : [",", "."];
    const number = (value, decimals = 0) => {
      const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
      const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? "-" : "";
      const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
      return sign + grouped + (part ? point + part : "");
    };
    const say = (key, values = {}) =>
      data.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    return { number, say };
  }

  /* Once what is there so far is on the screen; a page that nobody looks at draws nothing. */
  function seen(act) {
    if (document.hidden) {
      act();
    } else {
      requestAnimationFrame(() => setTimeout(act, 0));
    }
  }

  class RegisterMap {
    constructor(map, data) {
      this.map = map;
      this.id = map.getContainer().id;
      this.data = data;
      this.texts = sentences(this.data);
      this.find = (name) => document.getElementById(`${this.id}-${name}`);
      this.opener = null;
      this.hint = this.find("details").firstElementChild;
      this.told = PhuSongSearch.read(location.hash);
      this.open();
      this.controls();
      const built = PhuSongLayers.build(map, this.data, this.texts.number);
      this.layers = built.layers;
      this.table = new PhuSongTable.Table(this.id, this.data.table, this.texts, this.data.language, {
        shown: (kept) => this.keep(kept),
        choose: (object, button) => this.show(object, button),
      });
      this.field = new PhuSongSymbols.Field(this.table.objects, () => this.stands()).addTo(map);
      this.subject = this.table.objects[this.data.chosen] ?? null; /* what the page is about */
      this.field.choose(this.subject);
      this.restore(true);
      this.switches();
      this.labels = new PhuSongLabels.Labels(map, () => this.titled(),
        () => [...built.boxes(), ...(this.studies ? this.studies.boxes() : [])]);
      this.pointer();
      this.tools();
      PhuSongSheet.prepare(map, this.find("sheet"), (shrunk) => this.sheet(shrunk));
      this.laid();
      this.written = location.hash;
      this.ready = true; /* from now on the address says what is seen */
      this.twin();
      this.asked_before();
      addEventListener("hashchange", () => this.follow());
    }

    /* Every object is on the map; its table is drawn once that is on the screen. */
    stands() {
      performance.mark("map-drawn");
      seen(() => {
        this.table.stand();
        performance.mark("map-ready");
      });
    }

    asked_before() {
      if (this.told.at && this.data.point) {
        this.explain(this.told.at);
      }
    }

    /* Another address of this map in the same tab: what we write ourselves tells nobody. */
    follow() {
      this.written = location.hash;
      if (!PhuSongSearch.tells(location.hash)) {
        return;
      }
      this.ready = false;
      this.told = PhuSongSearch.read(location.hash);
      this.asking?.abort();
      this.explained = null;
      this.map.closePopup();
      this.find("details").replaceChildren(this.hint);
      this.open();
      this.restore();
      this.find("layers").querySelectorAll("input[data-layer]").forEach((input) => this.turn(input));
      this.studies?.follow(this.told.laid);
      this.ready = true;
      this.asked_before();
      this.remember();
    }

    /* Pictures of studies, where the page has them. */
    laid() {
      if (this.data.studies) {
        this.studies = new PhuSongStudies.Studies(this.map, this.id, this.data.studies, this.texts, {
          told: this.told.laid,
          changed: () => {
            this.labels.draw();
            this.remember();
            this.again();
          },
        });
      }
    }

    /* What the address says of layers and filters; the view itself is opened before. As the page
       has just `begun`, what was ticked before the script came stays where the address says nothing. */
    restore(begun = false) {
      const { off, on, filters } = this.told;
      if (!begun || on.length || off.length) {
        for (const input of this.find("layers").querySelectorAll("input[data-layer]")) {
          input.checked = (input.defaultChecked || on.includes(input.dataset.layer))
            && !off.includes(input.dataset.layer);
        }
      }
      this.table.restore(filters, begun);
    }

    /* The address is always that of what is seen, so that it can be kept and sent. One that has
       just been pasted, and not been followed yet, is left as it is. */
    remember() {
      if (!this.ready || location.hash !== this.written) {
        return;
      }
      this.twin();
      const { lat, lng } = this.map.getCenter();
      const inputs = [...this.find("layers").querySelectorAll("input[data-layer]")];
      const turned = (checked) => inputs
        .filter((one) => one.checked === checked && one.defaultChecked !== checked)
        .map((one) => one.dataset.layer);
      history.replaceState(history.state, "", PhuSongSearch.write({
        view: { at: [lat, lng], zoom: this.map.getZoom() },
        off: turned(false), on: turned(true), filters: this.table.told(), at: this.explained,
        laid: this.studies ? this.studies.told() : {},
      }));
      this.written = location.hash;
    }

    /* The list of structures, works or stations with the same filters. */
    twin() {
      const link = this.find("twin");
      if (!link) {
        return;
      }
      const { text, kind, owner } = this.table.told();
      const { group } = this.data.table.kinds.find((one) => one.id === kind) || { group: "structures" };
      const [path, names] = { stations: ["/view/stations", { service: kind }],
        works: ["/view/works", { owner_id: this.data.owner_ids[owner] }] }[group]
        || ["/view/structures", { kind: group === "structures" ? kind : "",
          owner_id: this.data.owner_ids[owner], on: this.find("day").elements.on.defaultValue }];
      const told = new URLSearchParams(Object.entries({ text, ...names }).filter(([, one]) => one));
      link.href = `${path}?${told}`;
    }

    tools() {
      if (!this.data.search) {
        return;
      }
      this.search = new PhuSongSearch.Search(this.id, this.data.search, this.texts,
        (place) => this.go(place));
      PhuSongSearch.days(this.find("day"));
      this.find("link").addEventListener("click", () => {
        this.remember();
        PhuSongSearch.copy(this.find("link-said"), this.texts);
      });
      this.find("print").addEventListener("click", () => print());
      this.find("picture").addEventListener("click",
        () => PhuSongPicture.save(this.map, PhuSongSheet.lines(this.sheet(1))));
      this.find("download").addEventListener("submit", (event) => {
        event.preventDefault();
        this.file(event.target.elements);
      });
    }

    async file({ layer, format }) {
      await this.table.filter(); /* what was typed a moment ago counts too */
      const { map, data, table, field, texts } = this;
      const { address, said } = PhuSongDownload.file({ map, data, table, field, texts,
        layer: layer.value, format: format.value, day: this.find("day").elements.on.defaultValue,
        on: (name) => this.find("layers").querySelector(`input[data-layer="${name}"]`)?.checked });
      this.find("download-said").textContent = said || "";
      if (address) {
        location.assign(address);
      }
    }

    /* To a place that was found: an object of the table is shown as if it had been chosen there. */
    go(place) {
      const at = [place.latitude, place.longitude];
      const object = this.table.objects.find((one) => one.name === place.name
        && Math.abs(one.at[0] - at[0]) < 1e-5 && Math.abs(one.at[1] - at[1]) < 1e-5);
      const near = { unit: 12, former_unit: 12 }[place.kind] || 13;
      this.map.setView(at, Math.max(this.map.getZoom(), near), { animate: false });
      if (object) {
        this.show(object, null);
      } else if (this.data.point) {
        this.explain(at);
      }
    }

    /* What stands beside the map on paper, made so much smaller, and below it in a picture. */
    sheet(shrunk) {
      return PhuSongSheet.told({ map: this.map, data: this.data, table: this.table, texts: this.texts,
        section: this.find("section"), study: this.studies?.study, layers: this.layers,
        objects: this.table.kept.filter((one) => this.field.shows(one)) }, shrunk);
    }

    open() {
      this.map.setMaxZoom(18);
      const { view } = this.told;
      if (view) {
        this.map.setView(view.at, view.zoom, { animate: false });
      } else {
        this.home();
      }
    }

    home() {
      this.map.fitBounds(this.data.bounds, { padding: [12, 12], animate: false });
    }

    controls() {
      L.control.zoom({
        zoomInTitle: this.texts.say("zoom_in"), zoomOutTitle: this.texts.say("zoom_out"),
      }).addTo(this.map);
      const whole = L.control({ position: "topleft" });
      whole.onAdd = () => {
        const bar = element("div", "leaflet-bar");
        const button = element("button", "map-home", "⤢");
        button.type = "button";
        button.title = this.texts.say("whole_view");
        button.setAttribute("aria-label", button.title);
        button.addEventListener("click", () => this.home());
        bar.append(button);
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      };
      whole.addTo(this.map);
      const north = L.control({ position: "topright" });
      north.onAdd = () => {
        const made = element("div", "map-north", this.texts.say("north"));
        made.setAttribute("role", "img");
        made.setAttribute("aria-label", this.texts.say("north_label"));
        return made;
      };
      north.addTo(this.map);
      L.control.scale({ imperial: false, maxWidth: 140 }).addTo(this.map);
      this.map.attributionControl = L.control.attribution({ prefix: false })
        .addAttribution(this.texts.say("attribution")).addTo(this.map);
    }

    /* Filtered objects leave the map as they leave the table. */
    keep(kept) {
      if (this.field) {
        this.field.keep(kept);
        this.field.redraw();
        this.labels?.draw();
        this.remember();
      }
    }

    /* What has its name on the map: transmitters before districts before communes. */
    titled() {
      const rank = { source: 0, judged: 0, stations: 0, units: 2 };
      this.named_objects ??= this.table.objects
        .filter((o) => o.kind.group in rank && !NUMBERED.has(o.kind.id));
      return this.named_objects.filter((o) => this.field.shows(o))
        .map((o) => ({ at: o.at, name: this.title(o), group: o.kind.id === "district" ? "district"
          : o.kind.group, rank: o.kind.id === "district" ? 1 : rank[o.kind.group] }))
        .sort((a, b) => a.rank - b.rank);
    }

    /* A transmitter is its frequency from afar and its name from near. */
    title(object) {
      const far = object.kind.group === "stations" && this.map.getZoom() < 10;
      return far && object.details.length ? object.details[0][1] : object.name;
    }

    switches() {
      const box = this.find("layers");
      for (const input of box.querySelectorAll("input[data-layer]")) {
        this.turn(input);
        input.addEventListener("change", () => {
          this.turn(input);
          this.remember();
        });
      }
    }

    /* A switch is of a kind of objects, or of a layer of its own. */
    turn(input) {
      const name = input.dataset.layer;
      const kind = this.data.table.kinds.find((one) => `kind-${one.id}` === name);
      const layer = this.layers[name];
      if (kind) {
        this.field.turn(kind, input.checked);
        this.field.redraw();
      } else if (layer && input.checked) {
        this.map.addLayer(layer);
      } else if (layer) {
        this.map.removeLayer(layer);
      }
      this.labels?.draw();
    }

    pointer() {
      const readout = this.find("readout");
      this.map.on("mousemove", ({ latlng }) => {
        const at = latlng.wrap();
        readout.textContent = this.texts.say("coordinates", {
          latitude: this.texts.number(at.lat, 5), longitude: this.texts.number(at.lng, 5),
        });
      });
      let waiting = 0;
      this.map.on("moveend", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.remember(), SETTLED_MS);
      });
      this.map.on("popupopen", ({ popup }) => this.named(popup));
      this.map.on("popupclose", ({ popup }) => this.closed(popup));
      this.map.on("mousemove", ({ containerPoint }) => this.hover(containerPoint));
      this.map.on("click", ({ latlng, containerPoint }) => {
        const object = this.field.under(containerPoint);
        const at = object ? object.at : [latlng.lat, latlng.wrap().lng];
        this.fill(at);
        if (object) {
          this.show(object, null);
        } else if (this.data.point) {
          this.explain(at);
        }
      });
      if (!this.data.point) {
        return;
      }
      this.find("point").addEventListener("submit", (event) => {
        event.preventDefault();
        this.typed(event.target.elements);
      });
    }

    hover(point) {
      cancelAnimationFrame(this.hovering);
      this.hovering = requestAnimationFrame(() => {
        this.map.getContainer().classList.toggle("map-on-object", Boolean(this.field.under(point)));
      });
    }

    /* The two fields beside the map take the place that was clicked; what somebody types stays. */
    fill(at) {
      if (!this.data.point) {
        return;
      }
      const { latitude, longitude } = this.find("point").elements;
      if (![latitude, longitude].includes(document.activeElement)) {
        [latitude.value, longitude.value] = at.map((side) => this.texts.number(side, 5));
      }
    }

    typed({ latitude, longitude }) {
      const at = [PhuSongPoint.read(latitude.value), PhuSongPoint.read(longitude.value)];
      if (Math.abs(at[0]) <= 85 && Math.abs(at[1]) <= 180) {
        this.map.setView(at, Math.max(this.map.getZoom(), 10), { animate: false });
        this.explain(at);
      } else {
        this.find("details").replaceChildren(element("p", "", this.texts.say("point_invalid")));
      }
    }

    /* Leaflet names the popup's button in English and leaves what scrolls out of reach. */
    named(popup) {
      if (!popup.isOpen()) {
        return;
      }
      const content = popup.getElement().querySelector(".leaflet-popup-scrolled");
      if (content) {
        content.tabIndex = 0;
      }
      const button = popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) {
        button.setAttribute("aria-label", this.texts.say("close"));
      }
    }

    closed(popup) {
      this.field.choose(this.subject);
      if (popup === this.bubble && this.explained) {
        this.explained = null;
        this.remember();
      }
      const { opener } = this;
      this.opener = null;
      if (opener && opener.isConnected && this.map.getContainer().contains(document.activeElement)) {
        opener.focus();
      }
    }

    popup(at, node) {
      this.bubble = PhuSongPoint.bubble(this.map.getSize()).setLatLng(at).setContent(node);
      this.bubble.openOn(this.map); /* closes the one before, which is no longer ours */
    }

    /* Show an object: its layer on, the map there, a popup, and the same words in the panel. */
    show(object, button) {
      const input = this.find("layers")
        .querySelector(`input[data-layer="kind-${CSS.escape(object.kind.id)}"]`);
      if (input && !input.checked) {
        input.checked = true;
        this.turn(input);
      }
      if (button) {
        this.map.setView(object.at, Math.max(this.map.getZoom(), 12), { animate: false });
        this.map.getContainer().scrollIntoView({ block: "center" });
        this.map.getContainer().focus({ preventScroll: true });
      }
      this.explained = null;
      this.popup(object.at, PhuSongPoint.describe(object, this.texts));
      this.remember();
      this.opener = button;
      this.field.choose(object);
      this.find("details").replaceChildren(
        PhuSongPoint.describe(object, this.texts), ...this.offered(object));
    }

    /* Beside an object: what is received where it stands, as a click beside it would tell. */
    offered(object) {
      if (!this.data.point) {
        return [];
      }
      const made = element("button", "", this.texts.say("here_ask"));
      made.type = "button";
      made.addEventListener("click", () => this.explain(object.at));
      return [made];
    }

    /* Where a popup would hide the map it says the answer in short, and where it stands. */
    brief(node) {
      if (this.map.getSize().x >= PhuSongPoint.NARROW) {
        return node.cloneNode(true);
      }
      const made = element("div", "map-card");
      const link = element("a", "", this.texts.say("details_below"));
      link.href = `#${this.id}-details-heading`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.find("details").scrollIntoView({ block: "center" });
      });
      const heading = node.querySelector(".map-card-name");
      const stamps = node.querySelector(".map-stamps");
      made.append(...[stamps, heading].filter(Boolean).map((one) => one.cloneNode(true)),
        ...(node.brief || []).map((said) => element("p", "map-card-brief", said)), link);
      return made;
    }

    point() {
      const study = this.studies && this.studies.told().study;
      return study ? `${this.data.point}&study=${study}` : this.data.point;
    }

    /* A place stays open when another study is laid: then it is asked about that one. */
    again() {
      if (this.explained && this.asked_study !== this.studies.told().study) {
        this.explain(this.explained);
      }
    }

    async explain(at) {
      if (this.asking) {
        this.asking.abort();
      }
      this.asking = new AbortController();
      this.explained = at;
      this.remember();
      const place = { latitude: this.texts.number(at[0], 5),
        longitude: this.texts.number(at[1], 5) };
      const waiting = this.texts.say("point_waiting", place);
      this.popup(at, element("p", "", waiting));
      this.find("details").replaceChildren(element("p", "", waiting));
      const { signal } = this.asking;
      try {
        await this.studies?.opened; /* the answer tells of what is laid on the map */
        signal.throwIfAborted();
        this.asked_study = this.studies?.told().study;
        const node = await PhuSongPoint.ask(
          this.point(), at, this.data.language, this.texts, signal);
        this.find("details").replaceChildren(node);
        this.bubble.setContent(this.brief(node));
        this.named(this.bubble);
      } catch (error) {
        if (error.name !== "AbortError") {
          throw error;
        }
      }
    }
  }

  function mount(map, data) {
    return new RegisterMap(map, data);
  }

  return { mount };
})();
