/* The map as a picture, PNG: what stands in its panes, from the lowest, with
   its scale and stamps, and below it the legend of what is on. */
"use strict";

const PhuSongPicture = (() => {
  const TWICE = 2; /* pixels of the picture for one of the screen */
  const MARGIN = 10;
  const LINE = 20;
  const COLUMN = 260; /* the least width of a column of the legend */
  const INK = "#1b1b1b";
  const PLAIN = "13px sans-serif";
  const BOLD = "bold 14px sans-serif";

  function loaded(address) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error(address.slice(0, 80)));
      image.src = address;
    });
  }

  function place(node, frame) {
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left - frame.left, top - frame.top, width, height];
  }

  /* A picture of another server may be looked at, not read: one of them would spoil the whole. */
  function foreign(node) {
    return node instanceof HTMLImageElement && /^https?:/.test(node.src)
      && new URL(node.src).origin !== location.origin;
  }

  /* A drawing by itself: where it stands is told apart, so it keeps no place of its own. */
  async function image(svg, width, height) {
    const copy = svg.cloneNode(true);
    copy.removeAttribute("style");
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const told = new XMLSerializer().serializeToString(copy);
    return loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(told)}`);
  }

  async function drawn(context, node, frame) {
    const [x, y, width, height] = place(node, frame);
    if (!width || !height || foreign(node)) {
      return;
    }
    const style = getComputedStyle(node);
    context.globalAlpha = Number(style.opacity);
    context.imageSmoothingEnabled = style.imageRendering !== "pixelated";
    if (node instanceof SVGSVGElement) {
      context.drawImage(await image(node, width, height), x, y, width, height);
    } else if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
      context.drawImage(node, x, y, width, height);
    }
    context.globalAlpha = 1;
    context.imageSmoothingEnabled = true;
  }

  function font(style) {
    return `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  }

  /* Words in their box, as a letter of the map, a degree, a stamp or the north have one. */
  function boxed(context, node, frame) {
    const [x, y, width, height] = place(node, frame);
    const style = getComputedStyle(node);
    context.beginPath();
    context.roundRect(x, y, width, height, Math.min(height / 2, parseFloat(style.borderRadius) || 0));
    context.fillStyle = style.backgroundColor;
    context.fill();
    if (parseFloat(style.borderTopWidth)) {
      context.lineWidth = 1;
      context.strokeStyle = style.borderTopColor;
      context.stroke();
    }
    context.font = font(style);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = style.color;
    context.fillText(node.textContent.trim(), x + width / 2, y + height / 2 + 0.5);
    context.textAlign = "start";
  }

  function written(context, node, frame) {
    const span = node.querySelector("span") || node;
    if (!node.classList.contains("map-title")) {
      boxed(context, span, frame);
      return;
    }
    const [x, y, , height] = place(span, frame);
    context.font = font(getComputedStyle(span));
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = "#ffffff";
    context.strokeText(span.textContent, x, y + height / 2);
    context.fillStyle = getComputedStyle(span).color;
    context.fillText(span.textContent, x, y + height / 2);
  }

  function scale(context, container, frame) {
    const bar = container.querySelector(".leaflet-control-scale-line");
    if (!bar) {
      return;
    }
    const [x, y, width, height] = place(bar, frame);
    context.fillStyle = "#ffffffcc";
    context.fillRect(x, y, width, height);
    context.strokeStyle = INK;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, y + height);
    context.lineTo(x + width, y + height);
    context.lineTo(x + width, y);
    context.stroke();
    context.font = "12px sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = INK;
    context.fillText(bar.textContent, x + 4, y + height / 2);
  }

  function north(context, container, frame) {
    const [x, y, width] = place(container.querySelector(".map-north"), frame);
    const middle = x + width / 2;
    context.fillStyle = "#ffffff";
    context.fillRect(middle - 14, y, 28, 40);
    context.fillStyle = INK;
    context.beginPath();
    context.moveTo(middle, y + 3);
    context.lineTo(middle + 8, y + 21);
    context.lineTo(middle, y + 17);
    context.lineTo(middle - 8, y + 21);
    context.fill();
    context.font = "bold 14px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(container.querySelector(".map-north").textContent, middle, y + 31);
    context.textAlign = "start";
  }

  /* What stands in the panes, from the lowest. */
  async function face(context, map, frame) {
    const level = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
    const panes = Object.entries(map.getPanes())
      .filter(([name]) => name !== "popupPane" && name !== "mapPane")
      .map(([, pane]) => pane).sort((a, b) => level(a) - level(b));
    for (const pane of panes) {
      for (const node of pane.querySelectorAll(":scope > svg, :scope > canvas, :scope img")) {
        await drawn(context, node, frame);
      }
      pane.querySelectorAll(":scope > .leaflet-div-icon, :scope > .leaflet-marker-icon")
        .forEach((node) => written(context, node, frame));
    }
    scale(context, map.getContainer(), frame);
    north(context, map.getContainer(), frame);
    map.getContainer().parentElement.querySelectorAll(".map-watermark .map-stamp")
      .forEach((node) => boxed(context, node, frame));
  }

  /* Words in lines that are no wider than there is room; an address is broken where it must be. */
  function wrapped(context, words, width) {
    const fits = (some) => context.measureText(some).width <= width;
    const lines = [""];
    for (const word of words.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (fits(longer)) {
        lines[lines.length - 1] = longer;
        continue;
      }
      lines.push(...(lines.at(-1) ? [""] : []));
      for (const letter of word) {
        if (!fits(lines.at(-1) + letter)) {
          lines.push("");
        }
        lines[lines.length - 1] += letter;
      }
    }
    return lines;
  }

  /* Everything below the map as lines, each with its column: title, legend in columns, the foot. */
  function laid(context, width, { title, lines, groups, foot }) {
    const columns = Math.max(1, Math.min(4, Math.floor(width / COLUMN)));
    const room = (width - 2 * MARGIN) / columns;
    const put = (style, words, more = {}) => {
      context.font = style;
      return wrapped(context, words, more.room ?? width - 2 * MARGIN)
        .map((one, at) => ({ style, words: one, ...more, swatch: at ? null : more.swatch }));
    };
    const head = [...put(BOLD, title), ...lines.flatMap((one) => put(PLAIN, one))];
    const entries = groups.flatMap(({ heading, lines: some }) => [
      ...put(BOLD, heading, { room: room - MARGIN, opens: true }),
      ...some.flatMap(({ words, swatch, inner }) => put(PLAIN, words, {
        swatch, indent: (inner ? 14 : 0) + 32, room: room - MARGIN - (inner ? 46 : 32) })),
    ]);
    const deep = Math.ceil(entries.length / columns) + 1; /* one more, as no heading ends a column */
    const heights = [0];
    const legend = entries.map((one) => {
      if (heights.at(-1) >= deep - (one.opens ? 1 : 0)) {
        heights.push(0);
      }
      heights[heights.length - 1] += 1;
      return { ...one, row: head.length - 0.5 + heights.at(-1), x: MARGIN + (heights.length - 1) * room };
    });
    const last = head.length + 1 + Math.max(...heights);
    return [
      ...head.map((one, row) => ({ ...one, row, x: MARGIN })), ...legend,
      ...foot.flatMap((one) => put(PLAIN, one)).map((one, at) => ({ ...one, row: last + at, x: MARGIN })),
    ];
  }

  async function told(context, entries, top) {
    for (const { style, words, swatch, indent = 0, row, x } of entries) {
      const middle = top + MARGIN + (row + 0.5) * LINE;
      context.font = style;
      context.textBaseline = "middle";
      context.fillStyle = INK;
      context.fillText(words, x + indent, middle);
      if (swatch) {
        context.drawImage(await image(swatch, 24, 18), x + indent - 30, middle - 9, 24, 18);
      }
    }
  }

  async function canvas(map, words) {
    const container = map.getContainer();
    const { left, top } = container.getBoundingClientRect();
    const { x: width, y: height } = map.getSize();
    const frame = { left: left + container.clientLeft, top: top + container.clientTop };
    const made = document.createElement("canvas");
    const context = made.getContext("2d");
    const entries = laid(context, width, words);
    const whole = height + 2 * MARGIN + (Math.max(...entries.map(({ row }) => row)) + 1) * LINE;
    made.width = width * TWICE;
    made.height = Math.ceil(whole) * TWICE;
    context.scale(TWICE, TWICE);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, whole);
    context.save();
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    context.fillStyle = getComputedStyle(container).backgroundColor;
    context.fillRect(0, 0, width, height);
    await face(context, map, frame);
    context.restore();
    await told(context, entries, height);
    return made;
  }

  /* A file is for paper: while it is drawn the map has the colours of the day. */
  async function printed(map, words) {
    const frame = map.getContainer().closest(".map-frame");
    frame.classList.add("as-printed");
    try {
      return await canvas(map, words);
    } finally {
      frame.classList.remove("as-printed");
    }
  }

  async function save(map, words) {
    const made = await printed(map, words);
    const blob = await new Promise((resolve) => { made.toBlob(resolve, "image/png"); });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "phusong-ban-do.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  return { save };
})();
