// Times in words. The reader's own zone; the day is named when it is not today.
import { language, t } from '@/app/i18n';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.44 * DAY;
const YEAR = 365.25 * DAY;
const MONTHS_FROM = 60 * DAY;
const YEARS_FROM = 2 * YEAR;

const sameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** "today", "yesterday" or the date. */
export function day(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (sameDay(at, now)) return t('common:time.today');
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('common:time.yesterday');
  return at.toLocaleDateString(language(), { day: 'numeric', month: 'long', year: at.getFullYear() === now.getFullYear() ? undefined : 'numeric' });
}

/** The day within a sentence: "today", "14 March". */
export function dayInText(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (sameDay(at, now)) return t('common:time.todayInText');
  if (sameDay(at, new Date(now.getTime() - DAY))) return t('common:time.yesterdayInText');
  return day(iso, now);
}

/** "today 07:50", "14 March 2016 07:50". */
export function moment(iso: string, now: Date = new Date()): string {
  return `${dayInText(iso, now)} ${clock(iso)}`;
}

/** How long ago, in the largest whole unit: "4 min", "3 h", "12 days". */
export function span(fromIso: string, now: Date = new Date()): string {
  const ms = Math.max(0, now.getTime() - new Date(fromIso).getTime());
  if (ms < MINUTE) return t('common:time.moment');
  if (ms < HOUR) return t('common:time.minutes', { count: Math.floor(ms / MINUTE) });
  if (ms < DAY) return t('common:time.hours', { count: Math.floor(ms / HOUR) });
  if (ms < MONTHS_FROM) return t('common:time.days', { count: Math.floor(ms / DAY) });
  if (ms < YEARS_FROM) return t('common:time.months', { count: Math.floor(ms / MONTH) });
  return t('common:time.years', { count: Math.floor(ms / YEAR) });
}

export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
