// Writes a .br and a .gz beside each text asset of dist, so that the server only has to pick one.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(js|css|html|svg|json|txt)$/;

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const dist = new URL('../dist', import.meta.url).pathname;
// Only the budgets read the manifest: it must not be served.
const manifest = join(dist, '.vite/manifest.json');
writeFileSync(new URL('../node_modules/.steward-manifest.json', import.meta.url), readFileSync(manifest));
rmSync(join(dist, '.vite'), { recursive: true });

for (const path of files(dist)) {
  if (!TEXT.test(path)) continue;
  // A page carries a nonce that the server puts in, so it cannot be compressed before.
  if (path.endsWith('.html')) continue;
  const body = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}
