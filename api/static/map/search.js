/* Search of the map, the day it shows, and the link to exactly what is seen. */
"use strict";

const PhuSongSearch = (() => {
  const { element } = PhuSongTable;
  const WAIT_MS = 250;
  const LEAST = 2;

  /* A combobox by the ARIA pattern: the focus stays in the field, arrows choose in the list. */
  class Search {
    constructor(id, address, texts, go) {
      this.address = address;
      this.texts = texts;
      this.go = go;
      this.find = (name) => document.getElementById(`${id}-search${name}`);
      this.field = this.find("-text");
      this.list = this.find("-list");
      this.places = [];
      this.listen();
    }

    listen() {
      let waiting = 0;
      this.field.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.ask(), WAIT_MS);
      });
      this.field.addEventListener("keydown", (event) => this.key(event));
      this.field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.find("").addEventListener("submit", async (event) => {
        event.preventDefault();
        clearTimeout(waiting);
        if (this.asked !== this.field.value.trim()) {
          await this.ask();
        }
        const readings = this.places.filter((one) => one.kind === "coordinates").length;
        if (this.at < 0 && readings > 1) { // which system was meant only who typed it knows
          this.open();
          this.mark(0);
          return;
        }
        this.choose(Math.max(this.at, 0));
      });
      this.list.addEventListener("pointerdown", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) {
          event.preventDefault();
          this.choose([...this.list.children].indexOf(option));
        }
      });
    }

    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.places.length) {
        event.preventDefault();
        this.open();
        this.mark((this.at + step + this.places.length) % this.places.length);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        this.close();
      }
    }

    async ask() {
      const text = this.field.value.trim();
      this.asked = text;
      this.asking?.abort();
      if (text.length < LEAST) {
        this.shown([], "");
        return;
      }
      this.asking = new AbortController();
      try {
        const response = await fetch(`${this.address}&text=${encodeURIComponent(text)}`, {
          headers: { Accept: "application/json" }, signal: this.asking.signal,
        });
        const answer = await response.json();
        if (!response.ok) {
          this.shown([], answer.detail || this.texts.say("search_failed"));
          return;
        }
        this.shown(answer.places, answer.places.length
          ? this.texts.say("search_found", { count: answer.places.length })
          : this.texts.say("search_none", { text }));
      } catch (error) {
        if (error.name !== "AbortError") {
          this.shown([], this.texts.say("search_failed"));
        }
      }
    }

    shown(places, said) {
      this.places = places;
      this.at = -1;
      this.list.replaceChildren(...places.map((place, number) => {
        const option = element("li");
        option.id = `${this.list.id}-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(element("span", "map-name", place.name), " ",
          element("span", "map-quiet", place.about));
        return option;
      }));
      this.find("-said").textContent = said;
      if (places.length) {
        this.open();
      } else {
        this.close();
      }
    }

    mark(number) {
      this.at = number;
      [...this.list.children].forEach((option, position) => {
        option.setAttribute("aria-selected", String(position === number));
        if (position === number) {
          option.scrollIntoView({ block: "nearest" });
          this.field.setAttribute("aria-activedescendant", option.id);
        }
      });
    }

    open() {
      this.list.hidden = false;
      this.field.setAttribute("aria-expanded", "true");
    }

    close() {
      this.list.hidden = true;
      this.field.setAttribute("aria-expanded", "false");
      this.field.removeAttribute("aria-activedescendant");
    }

    choose(number) {
      const place = this.places[number];
      if (place) {
        this.close();
        this.find("-said").textContent = "";
        this.go(place);
      }
    }
  }

  /* The month slider moves the date; letting go of it shows that day, at the same place. */
  function days(form) {
    const { on } = form.elements;
    const slider = form.querySelector("input[type=range]");
    slider.addEventListener("input", () => {
      const month = Number(slider.value);
      const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0));
      on.value = last.toISOString().slice(0, 10);
      slider.setAttribute("aria-valuetext", on.value);
    });
    slider.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.assign(`${form.action}?on=${on.value}${location.hash}`);
    });
  }

  async function copy(said, texts) {
    const address = location.href;
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = texts.say("link_copied");
    } catch {
      said.textContent = texts.say("link_shown", { address });
    }
  }

  /* Whether an address says what is seen; else it leads to a part of the page. */
  function tells(hash) {
    return hash === "" || /^#(map|text|kind|owner|study|layers|opacity|off|on|at)=/.test(hash);
  }

  /* What the address remembers: the view, layers switched by hand, filters, what was clicked. */
  function read(hash) {
    const [place, ...parts] = (hash.startsWith("#map=") ? hash.slice(5) : `&${hash.slice(1)}`).split("&");
    const [, zoom, latitude, longitude] = /^([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(place) || [];
    const told = new URLSearchParams(parts.join("&"));
    const words = (name) => (told.get(name) || "").split(",").filter(Boolean);
    const dense = Number(told.get("opacity"));
    const [, y, x] = /^(-?[\d.]+)\/(-?[\d.]+)$/.exec(told.get("at") || "") || [];
    return {
      view: zoom ? { at: [Number(latitude), Number(longitude)], zoom: Number(zoom) } : null,
      off: words("off"),
      on: words("on"),
      filters: Object.fromEntries(["text", "kind", "owner"].map((name) => [name, told.get(name)])),
      at: y ? [Number(y), Number(x)] : null,
      laid: { study: told.get("study"), layers: told.has("layers") ? words("layers") : null,
        opacity: dense >= 20 && dense <= 100 ? dense : null },
    };
  }

  function write({ view, off, on, filters, at, laid }) {
    const told = new URLSearchParams();
    const put = (name, value) => value && told.set(name, value);
    put("off", off.join(","));
    put("on", on.join(","));
    Object.entries(filters).forEach(([name, value]) => put(name, value));
    Object.entries(laid).forEach(([name, value]) => told.set(name, value));
    put("at", at ? at.map((side) => side.toFixed(5)).join("/") : "");
    const rest = told.toString();
    const place = `${view.zoom}/${view.at[0].toFixed(4)}/${view.at[1].toFixed(4)}`;
    return `#map=${place}${rest ? `&${rest}` : ""}`;
  }

  return { Search, copy, days, read, tells, write };
})();
