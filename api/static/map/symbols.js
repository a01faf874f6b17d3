/* Markers drawn on one canvas from the outlines that the legend shows too. */
"use strict";

const PhuSongSymbols = (() => {
  const paths = new Map();

  function outline(d) {
    if (!paths.has(d)) {
      paths.set(d, new Path2D(d));
    }
    return paths.get(d);
  }

  L.Canvas.include({
    _drawSymbol(layer) {
      if (!this._drawing || layer._empty()) {
        return;
      }
      const context = this._ctx;
      const size = Math.max(layer._radius, 1);
      const path = outline(layer.options.path);
      context.save();
      context.translate(layer._point.x, layer._point.y);
      context.scale(size, size);
      context.lineJoin = "round";
      context.lineWidth = (layer.options.chosen ? 7 : 3) / size;
      context.strokeStyle = layer.options.chosen ? "#ffd34d" : "#ffffff";
      context.stroke(path);
      if (layer.options.chosen) {
        context.lineWidth = 2.5 / size;
        context.strokeStyle = "#1b1b1b";
        context.stroke(path);
      }
      context.fillStyle = layer.options.colour;
      context.fill(path, "evenodd");
      context.restore();
    },
  });

  const Symbol = L.CircleMarker.extend({
    options: { bubblingMouseEvents: false, weight: 4, stroke: true, fill: true },
    /* Smaller where a province fills the screen, larger where a street does. */
    _project() {
      const zoom = this._map.getZoom();
      this._radius = this.options.radius * Math.min(1.35, Math.max(0.55, 0.7 + (zoom - 9) * 0.12));
      L.CircleMarker.prototype._project.call(this);
    },
    _updatePath() {
      this._renderer._drawSymbol(this);
    },
  });

  return { Symbol };
})();
