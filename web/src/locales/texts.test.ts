// Every text key that the sources name must exist; a missing one would show its key to a person.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { own } from '@/app/i18n';
import { ALL_KINDS, LISTED } from '@/app/records';

const SRC = join(process.cwd(), 'src');
const EN = join(SRC, 'locales/en');

type Tree = { [key: string]: string | Tree };

const texts: Record<string, Tree> = Object.fromEntries(
  readdirSync(EN).map((name) => [name.replace('.json', ''), JSON.parse(readFileSync(join(EN, name), 'utf8')) as Tree]),
);

function exists(key: string): boolean {
  const [feature = '', path = ''] = key.split(':');
  let at: string | Tree | undefined = texts[feature];
  const parts = path.split('.');
  parts.forEach((part, index) => {
    if (typeof at !== 'object') return;
    const tree: Tree = at;
    at = tree[part] ?? (index === parts.length - 1 ? tree[`${part}_other`] : undefined);
  });
  return typeof at === 'string';
}

function* sources(dir: string): Generator<string> {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes('.test.')) yield path;
  }
}

test('every key exists', () => {
  const missing: string[] = [];
  for (const path of sources(SRC)) {
    const source = readFileSync(path, 'utf8');
    // Whole keys in quotes; keys made of parts are checked by the browser tests.
    for (const [, key] of source.matchAll(/'([a-z]+:[A-Za-z0-9_.]+)'/g)) if (key && Object.hasOwn(texts, key.split(':')[0] ?? '') && !exists(key)) missing.push(`${path}: ${key}`);
  }
  expect(missing).toEqual([]);
});

test('every kind has the words that the parts of all tickets ask of it', () => {
  // `features/ticket` puts the kind before these.
  const asked = ['closed'].flatMap((key) => ALL_KINDS.map(({ kind }) => [`${kind}:${key}`]));
  for (const path of sources(SRC)) {
    const source = readFileSync(path, 'utf8');
    // Its own words, else those of all tickets.
    for (const [, key] of source.matchAll(/\bown\([^,`']+, '([A-Za-z0-9_.]+)'\)/g)) asked.push(...ALL_KINDS.map(({ kind }) => own(kind, key ?? '')));
  }
  expect(asked.filter((keys) => !keys.some(exists))).toEqual([]);
});

/** The paths of all texts below. */
const leaves = (tree: Tree, at = ''): string[] => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [at + key] : leaves(value, `${at}${key}.`)));

test('the desk has its words for every kind that has a list', () => {
  const words = texts.desk?.kind as Record<string, Tree>;
  const [first] = LISTED;
  const missing = LISTED.flatMap(({ kind }) => leaves(words[first?.kind ?? ''] ?? {}).map((key) => `desk:kind.${kind}.${key}`)).filter((key) => !exists(key));
  expect(missing).toEqual([]);
});

test('no page holds words of its own', () => {
  const found: string[] = [];
  for (const path of sources(SRC)) {
    const source = readFileSync(path, 'utf8');
    for (const [, words] of source.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g)) found.push(`${path}: ${words}`);
    for (const [, words] of source.matchAll(/(?:aria-label|placeholder|title|label)="([^"]+)"/g)) found.push(`${path}: ${words}`);
  }
  expect(found).toEqual([]);
});

test('dates and numbers become text in one place', () => {
  const found: string[] = [];
  for (const path of sources(SRC)) {
    if (path.endsWith('app/format.ts')) continue;
    const source = readFileSync(path, 'utf8');
    for (const [call] of source.matchAll(/\.toLocale\w*\(|\bIntl\.|\.to(?:Date|Time)String\(|\.get(?:UTC)?(?:Hours|Date|Month|FullYear)\(/g)) found.push(`${path}: ${call}`);
  }
  expect(found).toEqual([]);
});
