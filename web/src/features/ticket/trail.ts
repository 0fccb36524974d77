// Which queue the reader came from, so that the ticket page knows back, previous and next.
import type { Kind } from '@/app/records';

export type Trail = { kind: Kind; q: string; title: string; numbers: string[] };

let trail: Trail | null = null;

export function rememberQueue(next: Trail): void {
  trail = next;
}

/** The way by a queue of this kind. */
export function currentTrail(kind: Kind): Trail | null {
  return trail?.kind === kind ? trail : null;
}

/** Where a number stands in the trail: position from 1, the one before and the one after. */
export function neighbours(of: Trail | null, number: string): { position: number; total: number; before?: string; after?: string } | null {
  const at = of ? of.numbers.indexOf(number) : -1;
  if (!of || at < 0) return null;
  return { position: at + 1, total: of.numbers.length, before: of.numbers[at - 1], after: of.numbers[at + 1] };
}
