// Times in words. The reader's own zone; the day is named when it is not today.
import { dateText, dayKey, number } from '@/app/format';
import { t } from '@/app/i18n';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.44 * DAY;
const YEAR = 365.25 * DAY;
const MONTHS_FROM = 60 * DAY;
const YEARS_FROM = 2 * YEAR;

const sameDay = (a: Date, b: Date) => dayKey(a) === dayKey(b);
const sameYear = (a: Date, b: Date) => dayKey(a).slice(0, 4) === dayKey(b).slice(0, 4);

export function clock(iso: string): string {
  return dateText(new Date(iso), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Whether two times fall on one day of the reader. */
export function onOneDay(a: string, b: string): boolean {
  return sameDay(new Date(a), new Date(b));
}

const named = (at: Date, now: Date, month: 'long' | 'short') => dateText(at, { day: 'numeric', month, year: sameYear(at, now) ? undefined : 'numeric' });

/** "Today", "Yesterday" or the date. */
export function day(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (sameDay(at, now)) return t('common:time.today');
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('common:time.yesterday');
  return named(at, now, 'long');
}

/** The day within a sentence: "today", "14 March". `short` is for narrow places: "14 Mar 2016". */
export function dayInText(iso: string, now: Date = new Date(), month: 'long' | 'short' = 'long'): string {
  const at = new Date(iso);
  if (sameDay(at, now)) return t('common:time.todayInText');
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('common:time.yesterdayInText');
  return named(at, now, month);
}

/** "today 07:50", "14 March 2016 07:50". */
export function moment(iso: string, now: Date = new Date()): string {
  return t('common:time.at', { day: dayInText(iso, now), time: clock(iso) });
}

/** How long ago, in the largest whole unit and never wide: "4 min", "3 h", "12 d", "10 y". */
export function span(fromIso: string, now: Date = new Date()): string {
  const ms = Math.max(0, now.getTime() - new Date(fromIso).getTime());
  if (ms < MINUTE) return t('common:time.moment');
  if (ms < HOUR) return t('common:time.minutes', { count: Math.floor(ms / MINUTE) });
  if (ms < DAY) return t('common:time.hours', { count: Math.floor(ms / HOUR) });
  if (ms < MONTHS_FROM) return t('common:time.days', { count: Math.floor(ms / DAY) });
  if (ms < YEARS_FROM) return t('common:time.months', { count: Math.floor(ms / MONTH) });
  return t('common:time.years', { count: Math.floor(ms / YEAR) });
}

const UNITS = ['B', 'KB', 'MB', 'GB'];

export function fileSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${number(size, size < 10 && unit > 0 ? 1 : 0)} ${UNITS[unit]}`;
}
