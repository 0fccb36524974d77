// The one place where dates and numbers become text: in the reader's language and time zone.

/** The language of the texts. */
export const LANGUAGE = 'en';
/** How dates look when the browser names no variant of the language. */
const FORMATS = 'en-GB';

/** The reader's variant of the language, for dates and numbers: "en-US". */
export function language(): string {
  const own = typeof navigator === 'undefined' ? [] : navigator.languages;
  return own.find((one) => one.startsWith(LANGUAGE)) ?? FORMATS;
}

/** The zone of the signed-in person; without one the browser's own. */
let zone: string | undefined;

/** Times are shown in this zone from now on; an unknown one leaves the browser's. */
export function setZone(name: string | null | undefined): void {
  zone = undefined;
  if (!name) return;
  try {
    zone = new Intl.DateTimeFormat(LANGUAGE, { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // The server may know zones that this browser does not.
  }
}

/** The zone in which times are shown, as the IANA names it. */
export function shownZone(): string {
  return zone ?? browserZone();
}

export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zones that this browser knows, for a list to choose from. */
export function zoneNames(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes('UTC') ? known : ['UTC', ...known];
}

let order: Intl.Collator | undefined;

/** Orders names as people do: "Group 2" before "Group 10". */
export function byName(a: { name: string }, b: { name: string }): number {
  order ??= new Intl.Collator(language(), { numeric: true, sensitivity: 'base' });
  return order.compare(a.name, b.name);
}

// Making a formatter costs far more than using it, and lists use the same few again and again.
const made = new Map<string, Intl.DateTimeFormat>();

/** A date or time in the reader's language and zone. */
export function dateText(at: Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${language()} ${shownZoneKey()} ${JSON.stringify(options)}`;
  let format = made.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language(), { ...options, timeZone: zone });
    made.set(key, format);
  }
  return format.format(at);
}

const shownZoneKey = () => zone ?? '';

/** The calendar day of the reader's zone, as "2026-11-24": equal for two times of one day. */
export function dayKey(at: Date): string {
  const key = `day ${shownZoneKey()}`;
  let format = made.get(key);
  if (!format) {
    // Swedish writes a date as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: zone });
    made.set(key, format);
  }
  return format.format(at);
}

/** A number with the separators of the reader's language: 24,918. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString(language(), { maximumFractionDigits: digits });
}

/** Names one of which is meant: "auditor or administrator". */
export function oneOf(names: string[]): string {
  return new Intl.ListFormat(LANGUAGE, { type: 'disjunction' }).format(names);
}

/** How far the zone is from UTC at that instant, in milliseconds. */
function offsetAt(at: number): number {
  const whole = Math.floor(at / 1000) * 1000;
  const text = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: zone }).format(whole);
  return Date.parse(`${text.replace(' ', 'T')}Z`) - whole;
}

/** The instant of a wall time that a person typed, such as "2026-11-24T14:00", in the zone in which times are shown. */
export function instantOf(local: string): string {
  const wall = Date.parse(`${local}Z`);
  // The offset at the wall time read as UTC is right but near a change of the clocks: asked once more there.
  const first = wall - offsetAt(wall);
  return new Date(wall - offsetAt(first)).toISOString();
}
