/* A file of what is seen: the frame, the day, the kinds that are on, the filters of the table. */
"use strict";

const PhuSongDownload = (() => {
  const LONGEST = 3900; /* characters of a filter that the server reads */
  const LIMITS = [-180, -90, 180, 90];
  const ROLES = { /* group of the table, and what the collection calls kind and owner */
    structures: { group: "structures", kind: "kind", owner: "owner_id" },
    stations: { group: "stations", kind: "service", owner: "organisation_id" },
    "planned-works": { group: "works", owner: "owner_id" },
  };

  const quoted = (word) => `'${word.replaceAll("'", "''")}'`;
  const among = (name, words) => `${name} IN (${[...new Set(words)].map(quoted).join(",")})`;

  function frame(map) {
    const box = map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()]
      .map((side, i) => (i < 2 ? Math.max : Math.min)(side, LIMITS[i]).toFixed(6)).join(",");
  }

  /* Objects by name: by their ids, or by the codes that each owner gives only once. */
  function named(objects, owner) {
    if (objects.every((one) => one.id)) {
      return among("id", objects.map((one) => one.id));
    }
    const codes = new Map();
    objects.forEach((one) => codes.set(one.owner, [...(codes.get(one.owner) || []), one.code]));
    return [...codes].map(([name, some]) => `(${owner(name)} AND ${among("code", some)})`).join(" OR ");
  }

  /* What words of the table's filter leave of objects, by naming the fewer: these or the others. */
  function worded(shown, others, owner) {
    if (!others.length) {
      return [];
    }
    return [others.length < shown.length ? `NOT (${named(others, owner)})` : `(${named(shown, owner)})`];
  }

  /* The filter of a collection: what is seen of it, in CQL2; null where that is everything. */
  function filter({ role, shown, others, kinds, told, owner, always }) {
    const parts = always ? [always] : [];
    const on = kinds.filter((one) => shown.some(({ kind }) => kind === one));
    if (role.kind && on.length < kinds.length) {
      parts.push(among(role.kind, on.map((one) => one.id)));
    }
    const same = (name) => among(role.owner, [owner(name)]);
    if (told.owner) {
      parts.push(same(told.owner));
    }
    if (told.text.trim()) {
      const left = others.filter((one) => on.includes(one.kind)
        && (!told.owner || one.owner === told.owner));
      parts.push(...worded(shown, left, same));
    }
    return parts.length ? parts.join(" AND ") : null;
  }

  /* `address` of the file, or in `said` why there is none. */
  function file({ map, data, table, field, on, day, layer, format, texts }) {
    const asked = new URLSearchParams({ f: format, bbox: frame(map) });
    const role = ROLES[layer];
    const address = data.files.replace("{layer}", layer);
    const always = data.always[layer];
    if (!always) {
      asked.set("datetime", day);
    }
    if (!role) {
      return on("boundary") ? { address: `${address}?${asked}` } : { said: texts.say("download_none") };
    }
    const view = map.getBounds();
    const near = (one) => view.contains(one.at);
    const all = table.objects.filter((one) => one.kind.group === role.group
      && (role.group === "works" || near(one))); /* a line may cross the frame's side */
    const shown = all.filter((one) => field.shows(one));
    if (!shown.length) {
      return { said: texts.say("download_none") };
    }
    const kinds = data.table.kinds.filter((one) => one.group === role.group);
    const wanted = filter({ role, kinds, always, shown, told: table.told(),
      others: all.filter((one) => !field.shows(one)),
      owner: (name) => data.owner_ids[name] ?? name });
    if (wanted && wanted.length > LONGEST) {
      return { said: texts.say("download_too_many", { count: texts.number(shown.length) }) };
    }
    if (wanted) {
      asked.set("filter", wanted);
    }
    return { address: `${address}?${asked}`,
      said: texts.say("download_said", { count: texts.number(shown.filter(near).length) }) };
  }

  return { file };
})();
