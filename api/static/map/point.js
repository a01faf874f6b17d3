/* What lies at a place: an object of the register, or every loss term of a study at a point. */
"use strict";

const PhuSongPoint = (() => {
  const { element } = PhuSongTable;
  const NARROW = 480; /* pixels of CSS below which a popup has no room for a whole answer */

  /* More of a row, asked for when it is unfolded. */
  function folded({ href, label, waiting, failed }, name) {
    const made = element("dd", "map-fold");
    const fold = element("details");
    const summary = element("summary", "", label);
    summary.setAttribute("aria-label", `${label}: ${name}`);
    const body = element("div", "map-fold-body");
    body.setAttribute("aria-live", "polite");
    fold.append(summary, body);
    fold.addEventListener("toggle", async () => {
      if (!fold.open || body.childElementCount) {
        return;
      }
      body.replaceChildren(element("p", "map-quiet", waiting));
      try {
        const response = await fetch(href, {
          headers: { Accept: "application/json" }, credentials: "same-origin",
        });
        const answer = await response.json();
        body.replaceChildren(response.ok ? explain(answer) : element("p", "", answer.detail || failed));
      } catch {
        body.replaceChildren(); /* so that it is asked for again */
        fold.open = false;
      }
    });
    made.append(fold);
    return made;
  }

  function list(pairs) {
    const made = element("dl", "map-terms");
    for (const [label, value, note, href, fold] of pairs) {
      const pair = element("div");
      const term = element("dt", "", href ? undefined : label);
      if (href) {
        const link = element("a", "", label);
        link.href = href;
        term.append(link);
      }
      if (note) {
        term.append(element("span", "map-symbol", note));
      }
      pair.append(term, element("dd", "", value));
      if (fold) {
        pair.append(folded(fold, label));
      }
      made.append(pair);
    }
    return made;
  }

  function stamps(names) {
    const line = element("p", "map-stamps");
    names.forEach((name) => line.append(element("span", "map-stamp", name), " "));
    return line;
  }

  function position([latitude, longitude], texts) {
    return `${texts.number(latitude, 5)}; ${texts.number(longitude, 5)}`;
  }

  /* An object as it stands in the popup and in the panel. */
  function describe(object, texts) {
    const made = element("div", "map-card");
    if (object.synthetic) {
      made.append(stamps([texts.say("stamp_synthetic")]));
    }
    made.append(element("p", "map-card-kind", object.kind.label));
    made.append(element("p", "map-card-name", object.name));
    const pairs = [
      ["label_code", object.code],
      ["label_owner", object.owner],
      ["label_place", object.place],
    ].filter(([, value]) => value).map(([key, value]) => [texts.say(key), value]);
    made.append(list([
      ...pairs,
      ...object.details,
      [texts.say("label_position"), position(object.at, texts)],
      [texts.say("label_source"), object.source],
    ]));
    return made;
  }

  /* What a page's style says of figures; a picture does not read it, so it is put into it. */
  function figureStyle() {
    const sheet = [...document.styleSheets].find(({ href }) => href?.endsWith("/static/frame.css"));
    const ours = [...(sheet?.cssRules ?? [])]
      .filter(({ cssRules }) => cssRules?.[0]?.selectorText?.startsWith('svg[role="img"]'));
    return ours.length ? `<style>${ours.map(({ cssText }) => cssText).join("")}</style>` : "";
  }

  /* The picture of a path, which is a link to its page; the popup shows only the link. */
  function picture({ svg, alt, href, link }) {
    const made = element("p", "map-path");
    const anchor = element("a", "", href ? link : "");
    if (href) {
      anchor.href = href;
    }
    const drawn = element("img");
    drawn.alt = alt;
    const styled = svg.replace(">", () => `>${figureStyle()}`);
    drawn.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(styled)}`;
    made.append(anchor, drawn);
    return made;
  }

  /* The answer of the server for a point: heading, stamps and sections of labelled values. */
  function explain(answer) {
    const made = element("div", "map-card");
    if (answer.stamps && answer.stamps.length) {
      made.append(stamps(answer.stamps));
    }
    made.append(element("p", "map-card-name", answer.heading));
    made.brief = answer.brief || []; /* for where there is no room for all of it */
    if (answer.figure) {
      made.append(picture(answer.figure));
    }
    for (const section of answer.sections || []) {
      made.append(element("p", "map-card-section", section.heading));
      made.append(list(section.rows.map((row) => [row.label, row.value, row.note, row.href, row.fold])));
    }
    for (const note of answer.notes || []) {
      made.append(element("p", "map-note", note));
    }
    return made;
  }

  /* Ask the server what it computes at a place; answers a node in every case. */
  async function ask(template, [latitude, longitude], language, texts, signal) {
    const address = template
      .replaceAll("{latitude}", latitude.toFixed(6))
      .replaceAll("{longitude}", longitude.toFixed(6))
      .replaceAll("{language}", language);
    let answer;
    try {
      const response = await fetch(address, {
        headers: { Accept: "application/json" }, credentials: "same-origin", signal,
      });
      answer = await response.json();
      if (response.ok) {
        return explain(answer);
      }
    } catch (error) {
      if (error.name === "AbortError") {
        throw error;
      }
      answer = { detail: texts.say("point_offline") };
    }
    const failed = element("div", "map-card");
    failed.append(element("p", "map-card-name", texts.say("point_failed")));
    failed.append(element("p", "", answer.detail || ""));
    return failed;
  }

  /* A popup on a map of so many pixels: beside the buttons at the left, with a gap at the right. */
  function bubble({ x, y }) {
    const [left, right, margins] = x < NARROW ? [46, 4, 30] : [58, 14, 50];
    const widest = x - left - right - margins;
    return L.popup({ minWidth: Math.min(240, widest), maxWidth: Math.min(320, widest),
      maxHeight: Math.min(400, y - 120), autoPanPaddingTopLeft: [left, 14],
      autoPanPaddingBottomRight: [right, 30] });
  }

  /* A number as people of either language type it, or NaN. */
  function read(words) {
    const tidy = words.trim().replace(/°$/, "").replace(",", ".");
    return /^-?\d+(\.\d+)?$/.test(tidy) ? Number(tidy) : NaN;
  }

  return { NARROW, ask, bubble, describe, position, read };
})();
