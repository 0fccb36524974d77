// Fails the build when a page grows beyond its budget. Sizes are brotli, of scripts and styles together.
import { readFileSync, statSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const KB = 1000;
const BUDGETS = { agentEntry: 130 * KB, listRoute: 200 * KB, lazyChunk: 175 * KB, portalFirst: 140 * KB };

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('../node_modules/.steward-manifest.json', import.meta.url)));

const size = (file) => {
  try {
    return statSync(new URL(`${file}.br`, dist)).size;
  } catch {
    return brotliCompressSync(readFileSync(new URL(file, dist))).length;
  }
};

/** All files that the given manifest entries pull in statically. */
function closure(keys) {
  const seen = new Set();
  const out = new Set();
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const entry = manifest[key];
    out.add(entry.file);
    for (const css of entry.css ?? []) out.add(css);
    for (const next of entry.imports ?? []) walk(next);
  };
  for (const key of keys) walk(key);
  return out;
}
const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);
const keyOf = (end) => {
  const key = Object.keys(manifest).find((k) => k.endsWith(end));
  if (!key) throw new Error(`budgets: no chunk for ${end}`);
  return key;
};

const lines = [
  ['agent entry', sum(closure(['index.html'])), BUDGETS.agentEntry],
  ['queue route in all', sum(closure(['index.html', keyOf('app/Shell.tsx'), keyOf('queue/QueuePage.tsx')])), BUDGETS.listRoute],
  ['portal first page', sum(closure(['portal.html'])), BUDGETS.portalFirst],
];
const entry = closure(['index.html', 'portal.html']);
for (const [key, { file, isDynamicEntry }] of Object.entries(manifest)) {
  if (!isDynamicEntry) continue;
  const own = [...closure([key])].filter((f) => !entry.has(f));
  lines.push([`lazy ${file}`, sum(own), BUDGETS.lazyChunk]);
}

let failed = false;
for (const [name, bytes, budget] of lines) {
  const over = bytes > budget;
  failed ||= over;
  console.log(`${over ? 'OVER ' : 'ok   '} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${budget / KB} KB  ${name}`);
}
process.exit(failed ? 1 : 0);
