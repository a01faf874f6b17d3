/* The map on paper: as it stands on the screen, made smaller, with what is needed to read it. */
"use strict";

const PhuSongSheet = (() => {
  const { element } = PhuSongTable;
  const PAPER = 680; /* width of a page of A4 between its margins, in pixels of CSS */

  function legend(groups) {
    const made = element("div", "map-sheet-legend");
    for (const { heading, lines } of groups) {
      const list = element("ul");
      for (const one of lines) {
        const item = element("li", `${one.inner ? "map-sheet-inner" : ""} ${one.note ? "map-quiet" : ""}`);
        item.append(...(one.swatch ? [one.swatch.cloneNode(true)] : []), element("span", "", one.words));
        list.append(item);
      }
      const group = element("section");
      group.append(element("p", "map-sheet-heading", heading), list);
      made.append(group);
    }
    return made;
  }

  function facts(pairs) {
    const made = element("dl", "map-sheet-facts");
    for (const [label, value] of pairs) {
      const pair = element("div");
      pair.append(element("dt", "", label), element("dd", "", value));
      made.append(pair);
    }
    return made;
  }

  /* `asked` answers what is told of a map that is so much smaller on paper. */
  function prepare(map, sheet, asked) {
    addEventListener("beforeprint", () => {
      const { x, y } = map.getSize();
      const { style } = map.getContainer();
      const shrunk = Math.min(1, PAPER / x);
      style.setProperty("--screen-width", `${x}px`);
      style.setProperty("--screen-height", `${y}px`);
      style.setProperty("--on-paper", shrunk);
      const { stamps: all, groups, pairs } = asked(shrunk);
      const above = sheet.closest(".phusong-map").querySelector(".map-notices");
      const stamps = all.filter((one) => !above?.textContent.includes(one));
      const warned = element("p", "map-sheet-stamps");
      stamps.forEach((one) => warned.append(element("span", "map-stamp", one), " "));
      sheet.replaceChildren(...(stamps.length ? [warned] : []), legend(groups), facts(pairs));
    });
  }

  /* What is said beside a map: each fact with its part, of paper, of the head or foot of all. */
  function told({ map, data, table, texts, section, study, layers, objects }, shrunk) {
    const { say, number } = texts;
    const gone = (name) => data.table.kinds.some((kind) => `kind-${kind.id}` === name
      && !table.kept.some((object) => object.kind === kind));
    const moment = new Intl.DateTimeFormat(data.language === "vi" ? "vi" : "en-GB", {
      day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" });
    const view = map.getBounds();
    const sources = new Set([
      ...objects.filter((one) => view.contains(one.at)).map((one) => one.source), study?.source,
      data.tiles && map.hasLayer(layers.tiles) ? data.tiles.attribution : "", say("attribution")]);
    const pairs = [
      ["sheet_filters", PhuSongLegend.filters(section), "head"],
      ["sheet_scale", say("sheet_scale_value", { times: number(PhuSongLegend.scale(map, shrunk)) }),
        "paper"],
      ["sheet_made", data.search && moment.format(new Date()), "foot"],
      ["sheet_link", data.search && location.href, "foot"],
      ["sheet_sources", [...sources].filter(Boolean).join(" · "), "foot"],
    ];
    return {
      title: (document.querySelector("h1") || document.querySelector("title")).textContent.trim(),
      day: PhuSongLegend.words(section.querySelector(".map-lead"), "svg"),
      stamps: PhuSongLegend.stamps(section), groups: PhuSongLegend.groups(section, gone),
      pairs: pairs.filter(([, value]) => value).map(([key, value, part]) => [say(key), value, part]),
    };
  }

  /* The same as lines of a picture, which is of no size and has no scale but its bar. */
  function lines({ title, day, stamps, groups, pairs }) {
    const of = (wanted) => pairs.filter(([, , part]) => part === wanted)
      .map(([label, value]) => `${label}: ${value}`);
    return { title, lines: [[...stamps, day].join(" · "), ...of("head")], groups, foot: of("foot") };
  }

  return { lines, prepare, told };
})();
