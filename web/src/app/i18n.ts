// Texts come from locales/<language>/<feature>.json; each feature adds its own when its pages load.
import { createInstance } from 'i18next';
import { LANGUAGE, number } from './format';

const i18n = createInstance();

type Texts = Record<string, unknown>;
/** A key, or several of which the first that exists counts. */
type Key = string | string[];
export type Translate = (key: Key, values?: Record<string, unknown>) => string;

void i18n.init({
  lng: LANGUAGE,
  fallbackLng: LANGUAGE,
  initAsync: false,
  showSupportNotice: false,
  ns: [],
  defaultNS: 'common',
  resources: {},
  interpolation: { escapeValue: false },
});
// `{{count, number}}` in a text: with the separators of the reader's language.
i18n.services.formatter?.add('number', (value) => number(Number(value)));

/** Adds the texts of a feature. */
export function addTexts(feature: string, texts: Texts): void {
  i18n.addResourceBundle(LANGUAGE, feature, texts, true, true);
}

/** Translates `feature:key`; the English text is the promise that the key exists (a test holds it). */
export const t: Translate = (key, values) => String(i18n.t(key, values));

/** The text of a key that may not exist (codes an administrator made up), else the fallback. */
export function tOr(key: Key, fallback: string, values?: Record<string, unknown>): string {
  return i18n.exists(key) ? t(key, values) : fallback;
}

/** The words of a kind of tickets: its own, else those that all tickets share. */
export const own = (kind: string, key: string): string[] => [`${kind}:${key}`, `ticket:${key}`];
