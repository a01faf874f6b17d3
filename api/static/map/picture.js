/* The map as a picture, PNG: what stands in its panes, from the lowest, with its scale and stamps. */
"use strict";

const PhuSongPicture = (() => {
  const TWICE = 2; /* pixels of the picture for one of the screen */
  const MARGIN = 8;
  const LINE = 18;

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

  async function drawn(context, node, frame) {
    const [x, y, width, height] = place(node, frame);
    if (!width || !height || foreign(node)) {
      return;
    }
    context.globalAlpha = Number(getComputedStyle(node).opacity);
    if (node instanceof SVGSVGElement) {
      const copy = node.cloneNode(true);
      copy.setAttribute("width", width);
      copy.setAttribute("height", height);
      const told = new XMLSerializer().serializeToString(copy);
      const image = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(told)}`);
      context.drawImage(image, x, y, width, height);
    } else if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
      context.drawImage(node, x, y, width, height);
    }
    context.globalAlpha = 1;
  }

  function written(context, node, frame) {
    const span = node.querySelector("span") || node;
    const [x, y, , height] = place(span, frame);
    const style = getComputedStyle(node);
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = "#ffffff";
    context.strokeText(span.textContent, x, y + height / 2);
    context.fillStyle = getComputedStyle(span).color;
    context.fillText(span.textContent, x, y + height / 2);
  }

  /* A line of words at the foot, on white. */
  function told(context, words, y, width) {
    context.font = "13px sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = "#ffffff";
    context.fillRect(0, y, width, LINE);
    context.fillStyle = "#1b1b1b";
    context.fillText(words, MARGIN, y + LINE / 2);
  }

  function scale(context, container, frame) {
    const bar = container.querySelector(".leaflet-control-scale-line");
    if (!bar) {
      return;
    }
    const [x, y, width, height] = place(bar, frame);
    context.fillStyle = "#ffffffcc";
    context.fillRect(x, y, width, height);
    context.strokeStyle = "#1b1b1b";
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, y + height);
    context.lineTo(x + width, y + height);
    context.lineTo(x + width, y);
    context.stroke();
    context.font = "12px sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = "#1b1b1b";
    context.fillText(bar.textContent, x + 4, y + height / 2);
  }

  async function canvas(map, { title, stamps, north, source }) {
    const container = map.getContainer();
    const frame = container.getBoundingClientRect();
    const made = document.createElement("canvas");
    const height = frame.height + 2 * LINE;
    made.width = frame.width * TWICE;
    made.height = height * TWICE;
    const context = made.getContext("2d");
    context.scale(TWICE, TWICE);
    context.fillStyle = getComputedStyle(container).backgroundColor;
    context.fillRect(0, 0, frame.width, height);
    context.save();
    context.rect(0, 0, frame.width, frame.height);
    context.clip();
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
    scale(context, container, frame);
    context.restore();
    context.font = "bold 14px sans-serif";
    context.fillStyle = "#1b1b1b";
    context.fillText(`▲ ${north}`, frame.width - 44, 20);
    told(context, title, frame.height, frame.width);
    told(context, [...stamps, source].join(" · "), frame.height + LINE, frame.width);
    return made;
  }

  async function save(map, words) {
    const made = await canvas(map, words);
    const blob = await new Promise((resolve) => { made.toBlob(resolve, "image/png"); });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "phusong-ban-do.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  return { save };
})();
