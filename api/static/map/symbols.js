/* All objects of the register on one canvas, from the outlines that the legend shows too.

   Twenty thousand marks of Leaflet's own would hold the page up at every move, so places are
   projected once, each kind and size is drawn once and then stamped, and the stamping goes in
   slices between which the page answers. What was drawn stays until its successor is whole. */
"use strict";

const PhuSongSymbols = (() => {
  const SLICE_MS = 10;
  const LOOK_EVERY = 500; /* objects between two looks at the clock */
  const CELL = 2; /* pixels; of one kind only the first in a cell is drawn */
  const REACH = 4; /* pixels beside a mark that still count as on it */
  const RADIUS = { source: 10, judged: 10, stations: 10, structures: 6, units: 4 };
  const ORDER = ["units", "structures", "works", "stations", "source", "judged"]; /* the lowest first */
  const WORLD = 256;

  function outline(kind) {
    kind.outline ??= new Path2D(kind.path);
    return kind.outline;
  }

  function mark(context, kind, size, chosen) {
    context.save();
    context.scale(size, size);
    context.lineJoin = "round";
    context.lineWidth = (chosen ? 7 : 3) / size;
    context.strokeStyle = chosen ? "#ffd34d" : "#ffffff";
    context.stroke(outline(kind));
    if (chosen) {
      context.lineWidth = 2.5 / size;
      context.strokeStyle = "#1b1b1b";
      context.stroke(outline(kind));
    }
    context.fillStyle = kind.colour;
    context.fill(outline(kind), "evenodd");
    context.restore();
  }

  function stamp(kind, size, ratio) {
    const made = document.createElement("canvas");
    const half = Math.ceil((size * 1.2 + 4) * ratio);
    made.width = made.height = 2 * half;
    const context = made.getContext("2d");
    context.translate(half, half);
    context.scale(ratio, ratio);
    mark(context, kind, size, false);
    return { made, half };
  }

  const pause = () => new Promise((resolve) => { setTimeout(resolve, 0); });

  const Field = L.Renderer.extend({
    options: { padding: 0.25, pane: "overlayPane" },

    /* `drawn` is called once all objects are on the map for the first time. */
    initialize(objects, drawn) {
      L.Renderer.prototype.initialize.call(this);
      this.objects = objects;
      this.drawn = drawn;
      this.off = new Set();
      this.kept = new Uint8Array(objects.length).fill(1);
      this.xs = new Float64Array(objects.length);
      this.ys = new Float64Array(objects.length);
      const byKind = new Map();
      objects.forEach((object, position) => {
        const [latitude, longitude] = object.at;
        const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
        this.xs[position] = WORLD * (0.5 + longitude / 360);
        this.ys[position] = WORLD * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
        if (!byKind.has(object.kind)) {
          byKind.set(object.kind, []);
        }
        byKind.get(object.kind).push(position);
      });
      this.kinds = [...byKind].sort(([a], [b]) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
      this.run = 0;
    },

    /* Switch a kind; `redraw` brings it onto the map. */
    turn(kind, shown) {
      if (shown) {
        this.off.delete(kind.id);
      } else {
        this.off.add(kind.id);
      }
    },

    keep(kept) {
      this.kept.fill(0);
      kept.forEach(({ position }) => { this.kept[position] = 1; });
    },

    choose(object) {
      this.chosen = object;
      this.redraw();
    },

    shows(object) {
      return this.kept[object.position] === 1 && !this.off.has(object.kind.id);
    },

    /* Smaller where a province fills the screen, larger where a street does. */
    size(kind) {
      const scale = 0.7 + (this._map.getZoom() - 9) * 0.12;
      return (RADIUS[kind.group] || 6) * Math.min(1.35, Math.max(0.55, scale));
    },

    /* The object that a point of the map's frame lies on, the uppermost first; else null. */
    under(point) {
      const scale = 2 ** this._map.getZoom();
      const corner = this._map.getPixelBounds().min;
      const [x, y] = [corner.x + point.x, corner.y + point.y];
      for (const [kind, positions] of [...this.kinds].reverse()) {
        let [nearest, best] = [null, this.size(kind) + REACH];
        for (const position of this.off.has(kind.id) ? [] : positions) {
          const across = Math.abs(this.xs[position] * scale - x);
          if (across <= best && this.kept[position]) {
            const apart = Math.hypot(across, this.ys[position] * scale - y);
            if (apart <= best) {
              [nearest, best] = [position, apart];
            }
          }
        }
        if (nearest !== null) {
          return this.objects[nearest];
        }
      }
      return null;
    },

    /* In a task of its own, after whatever else a move brings. */
    redraw() {
      if (!this.asked) {
        this.asked = setTimeout(() => {
          this.asked = null;
          if (this._map && this._container && !this._map._animatingZoom) {
            this.run += 1;
            this.draw(this.run);
          }
        }, 0);
      }
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this.next = document.createElement("canvas");
      this._container.className = "map-symbols";
    },

    _destroyContainer() {
      this.run += 1;
      this._container.remove();
      delete this._container;
      delete this._center;
    },

    _updatePaths() {},

    _reset() {
      this._update();
      this._updateTransform(this._map.getCenter(), this._map.getZoom());
    },

    _updateTransform(center, zoom) {
      if (this._center) {
        L.Renderer.prototype._updateTransform.call(this, center, zoom);
      }
    },

    _update() {
      this.run += 1; /* what is being drawn is of a view that has gone */
      this.redraw();
    },

    /* Draw beside what is seen, then put it in its place at once. */
    async draw(run) {
      const map = this._map;
      const size = map.getSize();
      const first = map.containerPointToLayerPoint(size.multiplyBy(-this.options.padding)).round();
      const last = first.add(size.multiplyBy(1 + this.options.padding * 2)).round();
      const scene = { zoom: map.getZoom(), center: map.getCenter(), first,
        bounds: L.bounds(first, last), size: last.subtract(first),
        origin: map.getPixelOrigin(), ratio: L.Browser.retina ? 2 : 1 };
      const canvas = this.next;
      canvas.width = scene.size.x * scene.ratio;
      canvas.height = scene.size.y * scene.ratio;
      const context = canvas.getContext("2d");
      let begun = performance.now();
      for (const [kind, positions] of this.kinds) {
        const stamped = this.off.has(kind.id) ? null : this.stamper(context, kind, scene);
        for (let turn = 0; stamped && turn < positions.length; turn += 1) {
          stamped(positions[turn]);
          if (turn % LOOK_EVERY === LOOK_EVERY - 1 && performance.now() - begun > SLICE_MS) {
            await pause();
            if (run !== this.run || !this._container) {
              return;
            }
            begun = performance.now();
          }
        }
      }
      this.put(scene);
    },

    stamper(context, kind, { zoom, origin, first, size, ratio }) {
      const { made, half } = stamp(kind, this.size(kind), ratio);
      const scale = 2 ** zoom;
      const [left, top] = [origin.x + first.x, origin.y + first.y];
      const across = Math.ceil(size.x / CELL);
      const taken = new Uint8Array(across * Math.ceil(size.y / CELL));
      return (position) => {
        const x = this.xs[position] * scale - left;
        const y = this.ys[position] * scale - top;
        if (!this.kept[position] || x < 0 || y < 0 || x >= size.x || y >= size.y) {
          return;
        }
        const cell = Math.floor(y / CELL) * across + Math.floor(x / CELL);
        if (!taken[cell]) {
          taken[cell] = 1;
          context.drawImage(made, Math.round(x * ratio) - half, Math.round(y * ratio) - half);
        }
      };
    },

    put({ zoom, center, first, bounds, size, origin, ratio }) {
      if (this.chosen && this.shows(this.chosen)) {
        const context = this.next.getContext("2d");
        const { position, kind } = this.chosen;
        context.setTransform(ratio, 0, 0, ratio,
          (this.xs[position] * 2 ** zoom - origin.x - first.x) * ratio,
          (this.ys[position] * 2 ** zoom - origin.y - first.y) * ratio);
        mark(context, kind, this.size(kind), true);
      }
      const before = this._container;
      const made = this.next;
      made.className = before.className;
      made.style.width = `${size.x}px`;
      made.style.height = `${size.y}px`;
      L.DomUtil.setPosition(made, first);
      before.replaceWith(made);
      Object.assign(this, { _container: made, next: before, _bounds: bounds, _center: center,
        _zoom: zoom });
      this.drawn?.();
      this.drawn = null;
    },
  });

  return { Field };
})();
