/* The table twin: the same objects as the map, filtered, sorted and paged. */
"use strict";

const PhuSongTable = (() => {
  const PAGE = 25; /* rows at a time, unless the page says how many */
  const SLICE_MS = 20;
  const [KIND, NAME, CODE, OWNER, LONGITUDE, LATITUDE, PLACE, SOURCE, DETAILS,
    ID] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  /* Letters without marks, so that "tan an" finds "Tân An". */
  function plain(words) {
    return words.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  /* For an order in which 2 comes before 10. */
  function numbered(words) {
    return plain(words).replace(/\d+/g, (digits) => digits.padStart(9, "0"));
  }

  function element(tag, className, words) {
    const made = document.createElement(tag);
    if (className) {
      made.className = className;
    }
    if (words !== undefined) {
      made.textContent = words;
    }
    return made;
  }

  function symbol(kind) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    const attributes = { viewBox: "-12 -9 24 18", width: 24, height: 18, "aria-hidden": "true" };
    for (const [name, value] of Object.entries(attributes)) {
      svg.setAttribute(name, value);
    }
    svg.classList.add("map-swatch");
    path.setAttribute("d", kind.path);
    path.setAttribute("fill", kind.colour);
    path.setAttribute("fill-rule", "evenodd");
    path.setAttribute("transform", "scale(7)");
    svg.append(path);
    return svg;
  }

  /* One object as the rest of the page sees it; what it says is read from its row when needed. */
  class Thing {
    constructor(data, row, position) {
      this.data = data;
      this.row = row;
      this.position = position;
      this.kind = data.kinds[row[KIND]];
    }

    get name() { return this.row[NAME]; }

    get code() { return this.row[CODE]; }

    get id() { return this.row[ID]; } /* of structures it is the code that is known */

    get owner() { return this.data.owners[this.row[OWNER]]; }

    get ownerPosition() { return this.row[OWNER]; }

    get at() { return [this.row[LATITUDE], this.row[LONGITUDE]]; }

    get place() { return this.data.places[this.row[PLACE]]; }

    get source() { return this.data.sources[this.row[SOURCE]][0]; }

    get synthetic() { return this.data.sources[this.row[SOURCE]][1]; }

    get details() {
      return this.row[DETAILS].map((detail) => this.data.details[detail]); /* label and value */
    }
  }

  function words(object) {
    const details = object.details.map(([, value]) => value);
    return plain([object.name, object.code, object.owner, object.place, object.kind.label,
      ...details].join(" "));
  }

  const SORT = {
    kind: (o) => o.kind.label,
    name: (o) => o.name,
    owner: (o) => o.owner,
    place: (o) => o.place,
    source: (o) => o.source,
  };

  class Table {
    constructor(id, data, texts, language, { shown, choose }) {
      this.data = data;
      this.objects = data.rows.map((row, position) => new Thing(data, row, position));
      this.words = []; /* of each object once somebody looks for some */
      this.texts = texts;
      this.shown = shown;
      this.choose = choose;
      this.language = language;
      this.find = (name) => document.getElementById(`${id}-${name}`);
      this.form = this.find("filters");
      this.heads = [...this.find("table").querySelectorAll("th[data-column]")];
      this.order = null;
      this.page = 0;
      this.rows = data.page_rows || PAGE;
      this.kept = [...this.objects]; /* what sorting arranges */
      this.run = 0;
      this.listen();
    }

    /* The rows are drawn once the map is, unless a filter has drawn them before. */
    stand() {
      this.owners();
      if (!this.run) {
        this.draw();
      }
    }

    /* What the browser sorts words by takes a tenth of a second to get ready on a telephone, so it
       waits for the first who sorts. */
    compare(a, b) {
      this.collator ??= new Intl.Collator(this.language, { numeric: true });
      return this.collator.compare(a, b);
    }

    owners() {
      const select = this.form.elements.owner;
      if (select.options.length > 1) {
        return;
      }
      this.data.owners.map((name, position) => [name, position])
        .filter(([name]) => name)
        .map(([name, position]) => [name, position, numbered(name)])
        .sort(([, , a], [, , b]) => (a < b ? -1 : Number(a > b)))
        .forEach(([name, position]) => select.append(new Option(name, position)));
    }

    listen() {
      let waiting = 0;
      this.form.addEventListener("input", () => {
        this.unknown = null;
        clearTimeout(waiting);
        waiting = setTimeout(() => this.filter(), 120);
      });
      this.form.addEventListener("submit", (event) => event.preventDefault());
      this.form.addEventListener("reset", () => {
        this.unknown = null;
        setTimeout(() => this.filter(), 0);
      });
      for (const head of this.heads) {
        const button = head.querySelector("button");
        if (button) {
          button.addEventListener("click", () => this.sort(head));
        }
      }
      this.find("pages").addEventListener("click", (event) => {
        const step = event.target.dataset.page;
        if (step) {
          this.page += step === "next" ? 1 : -1;
          this.draw();
        }
      });
      window.addEventListener("beforeprint", () => this.draw(this.find("print-table")?.checked ?? true));
      window.addEventListener("afterprint", () => this.draw());
    }

    /* Filters as an address tells them: kinds and owners by name, which stay when rows change. */
    told() {
      const { text, kind, owner } = this.form.elements;
      return {
        text: text.value,
        kind: kind.value,
        owner: owner.value === "" ? "" : this.data.owners[Number(owner.value)],
      };
    }

    /* What somebody filled in before the script came, `begun`, is not emptied. */
    restore({ text, kind, owner }, begun) {
      const empty = Object.values(this.told()).every((one) => !one);
      const asked = text || kind || owner;
      if (!asked && (empty || begun)) {
        if (!empty) {
          this.filter();
        }
        return;
      }
      this.owners();
      const position = (found) => (found < 0 ? "" : String(found));
      const { elements } = this.form;
      elements.text.value = text || "";
      elements.kind.value = kind || "";
      elements.owner.value = position(owner ? this.data.owners.indexOf(owner) : -1);
      this.unknown = [[kind, elements.kind], [owner, elements.owner]]
        .filter(([asked, field]) => asked && field.value === "").map(([asked]) => asked);
      this.filter();
    }

    /* Looking for words reads every object, so it pauses for the page; a later search ends it. */
    async filter() {
      const { text, kind, owner } = this.form.elements;
      const wanted = plain(text.value).split(/\s+/).filter(Boolean);
      const some = this.objects.filter((object) =>
        (kind.value === "" || object.kind.id === kind.value)
        && (owner.value === "" || object.ownerPosition === Number(owner.value)));
      this.run += 1;
      const kept = wanted.length ? await this.naming(some, wanted, this.run) : some;
      if (kept) {
        this.kept = kept;
        this.page = 0;
        this.arrange();
        this.draw();
        this.shown(this.kept);
      }
    }

    async naming(objects, wanted, run) {
      const kept = [];
      let begun = performance.now();
      for (const object of objects) {
        const said = this.words[object.position] ??= words(object);
        if (wanted.every((word) => said.includes(word))) {
          kept.push(object);
        }
        if (performance.now() - begun > SLICE_MS) {
          await new Promise((resolve) => { setTimeout(resolve, 0); });
          if (run !== this.run) {
            return null;
          }
          begun = performance.now();
        }
      }
      return kept;
    }

    sort(head) {
      const column = head.dataset.column;
      const falling = this.order && this.order.column === column && !this.order.falling;
      this.order = { column, falling };
      for (const other of this.heads) {
        other.removeAttribute("aria-sort");
      }
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      this.page = 0;
      this.arrange();
      this.draw();
    }

    arrange() {
      if (this.order) {
        const key = SORT[this.order.column];
        const sign = this.order.falling ? -1 : 1;
        this.kept.sort((a, b) => sign * this.compare(key(a), key(b))
          || a.position - b.position);
      }
    }

    draw(everything = false) {
      const pages = Math.max(1, Math.ceil(this.kept.length / this.rows));
      this.page = Math.min(Math.max(this.page, 0), pages - 1);
      const first = this.page * this.rows;
      const some = everything ? this.kept : this.kept.slice(first, first + this.rows);
      this.find("rows").replaceChildren(...some.map((object) => this.row(object)));
      const [previous, next] = this.find("pages").querySelectorAll("button");
      previous.disabled = this.page === 0;
      next.disabled = this.page === pages - 1;
      this.find("pages").hidden = pages === 1;
      const unknown = this.unknown?.length
        ? `${this.texts.say("filter_unknown", { text: this.unknown.join(", ") })} ` : "";
      this.find("count").textContent = unknown + (this.kept.length
        ? this.texts.say("count_shown", { shown: this.texts.number(this.kept.length),
          total: this.texts.number(this.objects.length), page: this.page + 1, pages })
        : this.texts.say("count_none"));
    }

    row(object) {
      const row = element("tr");
      row.setAttribute("role", "row");
      const cell = (column, ...content) => {
        const made = element("td", `map-cell-${column}`);
        made.setAttribute("role", "cell");
        made.append(...content);
        row.append(made);
        return made;
      };
      cell("kind", symbol(object.kind), element("span", "", object.kind.label));
      const name = cell("name", element("span", "map-name", object.name));
      if (object.code && object.code !== object.name) {
        name.append(" ", element("span", "map-quiet", object.code));
      }
      cell("owner", object.owner || (["source", "judged"].includes(object.kind.group) ? "–" : this.texts.say("owner_none")));
      cell("place", object.place);
      cell("details", this.details(object));
      cell("source", element("span", object.synthetic ? "map-stamp" : "map-quiet", object.source));
      const button = element("button", "", this.texts.say("show_on_map"));
      button.type = "button";
      button.setAttribute("aria-label",
        `${this.texts.say("show_on_map")}: ${object.name}`);
      button.addEventListener("click", () => this.choose(object, button));
      cell("action", button);
      return row;
    }

    details(object) {
      const list = element("ul", "map-values");
      for (const [label, value] of object.details) {
        const item = element("li");
        item.append(element("span", "map-quiet", `${label}: `), value);
        list.append(item);
      }
      return list.childElementCount ? list : "–";
    }
  }

  return { Table, element };
})();
