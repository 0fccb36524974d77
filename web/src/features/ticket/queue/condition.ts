// Reads where in the condition the server found the fault.
import type { ApiError } from '@/api/client';

export type ConditionFault = { message: string; position: number | null };

type WithPosition = { position?: unknown; at?: unknown };

/** The sentence, and the 0-based character it points at when the server names one. */
export function conditionError(error: ApiError): ConditionFault {
  const first = error.fields[0];
  const message = first?.message ?? error.problem.detail ?? error.problem.title;
  const given = (first as WithPosition | undefined)?.position ?? (error.problem as WithPosition).position;
  if (typeof given === 'number') return { message, position: given };
  const named = /character (\d+)/i.exec(`${message} ${error.problem.detail ?? ''}`);
  return { message, position: named ? Math.max(0, Number(named[1]) - 1) : null };
}

/** A term: no space but within quotes. */
const TERM = /(?:[^\s"]|"(?:\\.|[^"\\])*"?)+/g;
const isWord = (term: string) => /^"[^"]*"$/.test(term) || (!/[:<>=()"|]|^-/.test(term) && !/^(?:or|and|not)$/i.test(term));

/** What was asked for, to be quoted: the words alone where nothing else but open ones was asked for, else the condition. */
export function asked(q: string): { open: boolean; words: string } {
  const terms = q.match(TERM) ?? [];
  const rest = terms.filter((term) => term !== 'state:open');
  if (rest.length === 0 || !rest.every(isWord)) return { open: false, words: q.trim() };
  return { open: rest.length < terms.length, words: rest.map((term) => term.replaceAll('"', '')).join(' ') };
}
