// Every collection read whole by ogc-client (npm: @camptocamp/ogc-client), page by page.
//
// node tests/clients/ogc_client.mjs FOLDER ADDRESS [TOKEN]
//
// FOLDER is where npm installed the package. What was read is written as JSON: by collection, a
// text of each feature by its id, and the address of its vector tiles.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const PAGE = 200;
const [folder, address, token] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const { OgcApiEndpoint, setFetchOptions } = await import(
  pathToFileURL(require.resolve('@camptocamp/ogc-client')).href
);
setFetchOptions(token ? { headers: { Authorization: `Bearer ${token}` } } : {});

async function whole(endpoint, name) {
  const read = {};
  for (let offset = 0, page; page === undefined || page.length === PAGE; offset += PAGE) {
    page = await endpoint.getCollectionItems(name, PAGE, offset);
    for (const one of page) read[one.id] = one.properties.name ?? one.properties.source;
  }
  return read;
}

const endpoint = new OgcApiEndpoint(address);
const placed = new Set(await endpoint.vectorTileCollections);
const found = { collections: {}, tiles: {} };
for (const name of await endpoint.featureCollections) {
  found.collections[name] = await whole(endpoint, name);
  if (placed.has(name)) found.tiles[name] = await endpoint.getVectorTilesetUrl(name);
}
console.log(JSON.stringify(found));
