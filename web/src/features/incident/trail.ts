// Which queue the reader came from, so that the ticket page knows back, previous and next.
export type Trail = { q: string; title: string; numbers: string[] };

let trail: Trail | null = null;

export function rememberQueue(next: Trail): void {
  trail = next;
}

export function currentTrail(): Trail | null {
  return trail;
}

/** Where a number stands in the trail: position from 1, the one before and the one after. */
export function neighbours(of: Trail | null, number: string): { position: number; total: number; before?: string; after?: string } | null {
  const at = of ? of.numbers.indexOf(number) : -1;
  if (!of || at < 0) return null;
  return { position: at + 1, total: of.numbers.length, before: of.numbers[at - 1], after: of.numbers[at + 1] };
}
