// The list as it is drawn: headings by priority between the rows.
import type { Ticket } from '@/api/types';

export type Line = { type: 'head'; priority: number; count: number } | { type: 'row'; row: Ticket; index: number };

/** Rows come sorted by priority; each run of one priority gets a heading. */
export function groupLines(rows: Ticket[]): Line[] {
  const lines: Line[] = [];
  let head: { type: 'head'; priority: number; count: number } | null = null;
  rows.forEach((row, index) => {
    if (!head || head.priority !== row.priority) {
      head = { type: 'head', priority: row.priority, count: 0 };
      lines.push(head);
    }
    head.count += 1;
    lines.push({ type: 'row', row, index });
  });
  return lines;
}
