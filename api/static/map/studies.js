/* Pictures of studies on the map of the register: which, with what legend, how dense, of what file. */
"use strict";

const PhuSongStudies = (() => {
  const { element } = PhuSongTable;

  async function asked(address) {
    const response = await fetch(address, {
      headers: { Accept: "application/json" }, credentials: "same-origin",
    });
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    return response.json();
  }

  function swatch({ colour, dash }) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const put = (node, attributes) => Object.entries(attributes)
      .forEach(([name, value]) => node.setAttribute(name, value));
    put(svg, { viewBox: "-12 -9 24 18", width: 24, height: 18, "aria-hidden": "true", class: "map-swatch" });
    const line = dash !== null;
    const shape = document.createElementNS(space, line ? "path" : "rect");
    put(shape, line ? { d: "M-11 0H11", stroke: colour, "stroke-width": 2, "stroke-dasharray": dash || "none" }
      : { x: -11, y: -7, width: 22, height: 14, rx: 2, fill: colour, stroke: "#00000033" });
    svg.append(shape);
    return svg;
  }

  class Studies {
    /* `changed` is told whenever something else is seen; `told` is what the address asks for. */
    constructor(map, id, address, texts, { told, changed }) {
      Object.assign(this, { map, address, texts, changed, layers: {}, letters: {}, on: new Set() });
      this.box = document.getElementById(`${id}-studies`);
      this.find = (name) => this.box.querySelector(name);
      this.select = this.find("select");
      this.slider = this.find("input[name=opacity]");
      this.said = this.find(".map-studies-said");
      this.list = this.find(".map-studies-layers");
      this.stamped = document.querySelector(".map-frame");
      if (told.opacity) {
        this.slider.value = told.opacity;
      }
      this.select.addEventListener("change", () => { this.opened = this.choose(this.select.value, null); });
      this.slider.addEventListener("input", () => this.dense());
      this.slider.addEventListener("change", () => this.changed());
      this.opened = this.open(told);
    }

    /* As another address says. */
    follow(told) {
      this.opened = this.opened.then(async () => {
        this.slider.value = told.opacity || this.slider.defaultValue;
        this.select.value = told.study || "";
        await this.choose(this.select.value, told.layers);
        if (told.study && !this.select.value) {
          this.say(this.texts.say("studies_gone"));
        }
      });
    }

    /* What the address says of it. */
    told() {
      return this.study ? { study: this.study.id, layers: [...this.on].join(","),
        opacity: this.slider.value } : {};
    }

    boxes() {
      return Object.values(this.letters).flatMap((one) => one.boxes());
    }

    async open(told) {
      try {
        const { studies, empty, make } = await asked(this.address);
        studies.forEach(({ id, label }) => this.select.append(new Option(label, id)));
        this.select.disabled = !studies.length;
        this.say(studies.length ? "" : empty, studies.length ? null : make);
        if (told.study && studies.some(({ id }) => id === told.study)) {
          this.select.value = told.study;
          await this.choose(told.study, told.layers);
        } else if (told.study) {
          this.say(this.texts.say("studies_gone"));
        }
      } catch {
        this.say(this.texts.say("studies_failed"));
      }
    }

    say(words, href = null) {
      this.said.replaceChildren(words);
      if (href) {
        const link = element("a", "", this.texts.say("studies_make"));
        link.href = href;
        this.said.append(" ", link);
      }
    }

    async choose(id, layers) {
      this.clear();
      this.asking = id;
      if (!id) {
        this.changed();
        return;
      }
      this.say(this.texts.say("studies_loading"));
      try {
        const [path, query] = this.address.split("?");
        const study = await asked(`${path}/${encodeURIComponent(id)}?${query}`);
        if (this.asking === id) {
          this.show(study, layers);
        }
      } catch {
        if (this.asking === id) {
          this.say(this.texts.say("studies_failed"));
        }
      }
    }

    clear() {
      [...Object.values(this.layers), ...Object.values(this.letters)].forEach((layer) => layer.remove());
      Object.assign(this, { layers: {}, letters: {}, on: new Set(), study: null });
      this.list.replaceChildren();
      this.slider.parentElement.hidden = true;
      this.box.ownerDocument.querySelectorAll(".map-studies-stamp").forEach((one) => one.remove());
      this.say("");
    }

    show(study, wanted) {
      this.study = study;
      for (const one of study.overlays) {
        this.layers[one.layer] = PhuSongLayers.overlay(this.map, one, this.opacity());
      }
      if (study.contours.length) {
        this.layers.contours = PhuSongLayers.contours(this.map, study.contours);
      }
      this.letters = PhuSongLayers.lettered(this.map, study.letters);
      for (const layer of study.layers) {
        const shown = wanted ? wanted.includes(layer.id) : layer.shown;
        this.list.append(this.entry(layer, shown));
        this.turn(layer.id, shown);
      }
      this.list.prepend(this.stamps(study.stamps));
      this.list.append(element("p", "map-note", study.source), element("p", "map-note", study.note));
      this.stamp(study);
      this.slider.parentElement.hidden = false;
      this.say(this.texts.say("studies_shown"));
      this.changed();
    }

    /* What is stamped on the map stands beside its layers too. */
    stamps(words) {
      const line = element("p", "map-stamps");
      words.forEach((one) => line.append(element("span", "map-stamp", one), " "));
      return line;
    }

    entry(layer, shown) {
      const made = element("div", "map-layer");
      const label = element("label");
      const input = element("input");
      const picture = this.study.overlays.some((one) => one.layer === layer.id);
      input.type = picture ? "radio" : "checkbox";
      input.name = picture ? `${this.box.id}-picture` : "";
      input.checked = shown;
      input.dataset.studyLayer = layer.id;
      if (picture && !this.list.querySelector(".map-none")) {
        this.list.append(this.none(input.name));
      }
      if (shown) {
        this.alone(layer.id);
      }
      const more = element("div"); /* legend and file of what is seen, no more */
      more.hidden = !shown;
      input.addEventListener("change", () => {
        more.hidden = !input.checked;
        if (input.checked) {
          this.alone(layer.id);
        }
        this.turn(layer.id, input.checked);
        this.changed();
      });
      label.append(input, element("span", "", layer.label));
      made.append(label, more);
      if (layer.legend.length) {
        const list = element("ul", "map-legend");
        layer.legend.forEach((one) => {
          const item = element("li");
          item.append(swatch(one), element("span", "", one.text));
          list.append(item);
        });
        more.append(list);
      }
      layer.notes.forEach((note) => more.append(element("p", "map-note", note)));
      if (layer.file) {
        const link = element("a", "", this.texts.say("studies_file", { name: layer.label }));
        link.href = `${this.address.split("?")[0]}/${this.study.id}/files/${layer.file}`;
        link.download = "";
        const line = element("p", "map-note");
        line.append(link);
        more.append(line);
      }
      return made;
    }

    /* One picture at a time: two on each other have colours that no legend explains. */
    alone(name) {
      const pictures = this.study.overlays.map(({ layer }) => layer);
      if (name && !pictures.includes(name)) {
        return;
      }
      for (const other of pictures.filter((one) => one !== name && this.on.has(one))) {
        const input = this.list.querySelector(`[data-study-layer="${CSS.escape(other)}"]`);
        input.checked = false;
        input.closest(".map-layer").lastElementChild.hidden = true;
        this.turn(other, false);
      }
    }

    /* The choice of no picture, first of their radio buttons. */
    none(name) {
      const made = element("div", "map-layer map-none");
      const label = element("label");
      const input = element("input");
      Object.assign(input, { type: "radio", name, checked: true });
      input.addEventListener("change", () => {
        this.alone("");
        this.changed();
      });
      label.append(input, element("span", "", this.texts.say("studies_none_of_them")));
      made.append(label);
      return made;
    }

    turn(name, shown) {
      const layer = this.layers[name];
      if (layer && shown) {
        this.on.add(name);
        layer.addTo(this.map);
      } else if (layer) {
        this.on.delete(name);
        layer.remove();
      }
      const letters = this.letters[name];
      if (letters && shown) {
        letters.addTo(this.map);
      } else if (letters) {
        letters.remove();
      }
    }

    opacity() {
      return Number(this.slider.value) / 100;
    }

    dense() {
      const each = (layer) => {
        if (layer.setOpacity && layer.options.alt) {
          layer.setOpacity(this.opacity());
        } else if (layer.eachLayer) {
          layer.eachLayer(each);
        }
      };
      Object.entries(this.layers).filter(([name]) => name !== "contours")
        .forEach(([, layer]) => each(layer));
    }

    /* What is predicted is stamped on the map too, so that a print and a picture say it. */
    stamp(study) {
      let place = this.stamped.querySelector(".map-watermark");
      const there = [...(place ? place.querySelectorAll(".map-stamp") : [])].map((one) => one.textContent);
      if (!place) {
        place = element("p", "map-watermark");
        this.stamped.append(place);
      }
      for (const words of study.stamps.filter((one) => !there.includes(one))) {
        place.append(" ", element("span", "map-stamp map-studies-stamp", words));
      }
    }
  }

  return { Studies };
})();
