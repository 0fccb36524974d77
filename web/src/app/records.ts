// The kinds of records that have a number: a line for each practice. Who links a record, or asks the server for what
// belongs to it, asks here.
import { paths } from './paths';

/**
 * `prefix` are the letters of its numbers, `place` stands in the API's addresses, `page` shows one, `queue` a list of them by a
 * condition, `create` is the form of a new one; a kind may have no pages. The first is the one that the desk opens with.
 */
const KINDS = {
  incident: { kind: 'incident', prefix: 'INC', place: 'incidents', page: paths.incident, queue: paths.queue, create: paths.newIncident },
} as const;

export type Kind = keyof typeof KINDS;
export type Place = (typeof KINDS)[Kind]['place'];
export type About = { kind: Kind; prefix: string; place: Place; page?: (number: string) => string; queue?: (q?: string) => string; create?: () => string };
/** A kind that has a list, and pages of what is in it. */
export type Listed = About & Required<Pick<About, 'queue' | 'page'>>;
export type Named = { kind?: string | null; number?: string | null };

export const ALL_KINDS: readonly About[] = Object.values(KINDS);
export const LISTED = ALL_KINDS.filter((one): one is Listed => one.queue !== undefined && one.page !== undefined);
const FIRST: Listed = KINDS.incident;

const lettersOf = (number: string) => /^[A-Z]+(?=\d)/.exec(number)?.[0];

export const aboutKind = <K extends Kind>(kind: K): About & (typeof KINDS)[K] => KINDS[kind];

/** What is known of the record's kind: the kind that the API names, else the one whose letters the number has. */
export function aboutRecord({ kind, number }: Named): About | undefined {
  if (kind) return ALL_KINDS.find((one) => one.kind === kind);
  const letters = lettersOf(number ?? '');
  return ALL_KINDS.find((one) => one.prefix === letters);
}

/** The kind of a ticket that is on screen. */
export function kindOf(ticket: { number: string }): About {
  const about = aboutRecord({ number: ticket.number });
  if (!about) throw new Error(`no kind has numbers like ${ticket.number}`);
  return about;
}

/** The path of the page that shows the record; undefined where there is none. */
export function pageOf(record: Named): string | undefined {
  return record.number ? aboutRecord(record)?.page?.(record.number) : undefined;
}

/** Whether the path is the list of the kind. */
export const isQueue = (path: string, { queue }: Listed): boolean => path === queue('').split('?')[0];

/** The kind one is at: its list, one of its records or its form is on screen; else the first. */
export function kindAt(path: string): Listed {
  const found = LISTED.find((one) => isQueue(path, one) || path.startsWith(one.page('')));
  return found ?? FIRST;
}

/** Whether the path is the page of one record. */
export function isRecordPage(path: string): boolean {
  return ALL_KINDS.some(({ page }) => {
    const base = page?.('');
    const rest = base && path.startsWith(base) ? path.slice(base.length) : '';
    return rest !== '' && rest !== 'new' && !rest.includes('/');
  });
}
