// Texts come from locales/<language>/<feature>.json; each feature adds its own when its pages load.
import { createInstance } from 'i18next';

const i18n = createInstance();

type Texts = Record<string, unknown>;
export type Translate = (key: string, values?: Record<string, unknown>) => string;

const LANGUAGE = 'en';
/** How dates look when the browser names no variant of the language. */
const FORMATS = 'en-GB';

void i18n.init({
  lng: LANGUAGE,
  fallbackLng: LANGUAGE,
  initAsync: false,
  ns: [],
  defaultNS: 'common',
  resources: {},
  interpolation: { escapeValue: false },
});

/** Adds the texts of a feature. */
export function addTexts(feature: string, texts: Texts): void {
  i18n.addResourceBundle(LANGUAGE, feature, texts, true, true);
}

/** Translates `feature:key`; the English text is the promise that the key exists (a test holds it). */
export const t: Translate = (key, values) => String(i18n.t(key, values));

/** The text of a key that may not exist (codes an administrator made up), else the fallback. */
export function tOr(key: string, fallback: string): string {
  return i18n.exists(key) ? t(key) : fallback;
}

/** The language for dates and numbers. */
export function language(): string {
  const own = typeof navigator === 'undefined' ? [] : navigator.languages;
  return own.find((one) => one.startsWith(i18n.language)) ?? FORMATS;
}
