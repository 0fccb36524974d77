// The kinds of records that have a number: a line for each practice. Who links a record, or asks the server for what
// belongs to it, asks here.
import { paths } from './paths';

/** `prefix` are the letters of its numbers, `place` stands in the API's addresses, `page` shows one; a kind may have no page. */
const KINDS = {
  incident: { kind: 'incident', prefix: 'INC', place: 'incidents', page: paths.incident },
} as const;

export type Kind = keyof typeof KINDS;
export type Place = (typeof KINDS)[Kind]['place'];
export type About = { kind: Kind; prefix: string; place: Place; page?: (number: string) => string };
export type Named = { kind?: string | null; number?: string | null };

export const ALL_KINDS: readonly About[] = Object.values(KINDS);

const lettersOf = (number: string) => /^[A-Z]+(?=\d)/.exec(number)?.[0];

export const aboutKind = (kind: Kind): About => KINDS[kind];

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

/** Whether the path is the page of one record. */
export function isRecordPage(path: string): boolean {
  return ALL_KINDS.some(({ page }) => {
    const base = page?.('');
    const rest = base && path.startsWith(base) ? path.slice(base.length) : '';
    return rest !== '' && rest !== 'new' && !rest.includes('/');
  });
}
