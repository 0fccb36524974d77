// The story of an incident as the page tells it: filters, days, folds.
import type { TimelineItem } from '@/api/types';

export type Show = 'all' | 'public' | 'internal' | 'changes';

const KIND: Record<Exclude<Show, 'all'>, TimelineItem['type']> = { public: 'comment', internal: 'work_note', changes: 'fact' };

export function filterStory(items: TimelineItem[], show: Show): TimelineItem[] {
  return show === 'all' ? items : items.filter((item) => item.type === KIND[show]);
}

export function countStory(items: TimelineItem[]): Record<Show, number> {
  const counts = { all: items.length, public: 0, internal: 0, changes: 0 };
  for (const item of items) {
    if (item.type === 'comment') counts.public += 1;
    else if (item.type === 'work_note') counts.internal += 1;
    else counts.changes += 1;
  }
  return counts;
}

export type Piece =
  | { type: 'day'; key: string; at: string }
  | { type: 'item'; key: string; item: TimelineItem }
  | { type: 'fold'; key: string; items: TimelineItem[]; internal: number };

/** Runs of changes longer than this fold to one line. */
const LONG_RUN = 4;

const itemKey = (item: TimelineItem, index: number) => item.entry?.id ?? `${item.type}-${item.at}-${index}`;

/**
 * Lays the story out. `tail` keeps only the last so many entries open and folds all before them
 * (for the narrow preview); 0 keeps everything.
 */
export function layOut(items: TimelineItem[], options: { days: boolean; tail: number; fold: boolean }): Piece[] {
  const pieces: Piece[] = [];
  const cut = options.tail > 0 && items.length > options.tail + 1 ? items.length - options.tail : 0;
  if (cut > 0) pieces.push(foldOf(items.slice(0, cut), 'early'));
  let day = '';
  let run: { item: TimelineItem; index: number }[] = [];
  const flush = () => {
    if (options.fold && run.length > LONG_RUN) pieces.push(foldOf(run.map((r) => r.item), `run-${run[0]?.index}`));
    else for (const { item, index } of run) pieces.push({ type: 'item', key: itemKey(item, index), item });
    run = [];
  };
  items.slice(cut).forEach((item, offset) => {
    const index = cut + offset;
    const date = new Date(item.at).toDateString();
    if (date !== day) {
      flush();
      day = date;
      if (options.days) pieces.push({ type: 'day', key: `day-${date}-${index}`, at: item.at });
    }
    if (item.type === 'fact') run.push({ item, index });
    else {
      flush();
      pieces.push({ type: 'item', key: itemKey(item, index), item });
    }
  });
  flush();
  return pieces;
}

function foldOf(items: TimelineItem[], key: string): Piece {
  return { type: 'fold', key: `fold-${key}`, items, internal: items.filter((item) => item.type === 'work_note').length };
}
