// The story of a ticket as the page tells it: filters, days, folds.
import type { Attachment, FactChange, Ticket, TimelineItem } from '@/api/types';
import { dayKey } from '@/app/format';

/** An entry of the story; `alone` marks files that were sent without a word. */
export type StoryItem = TimelineItem & { files?: Attachment[]; alone?: boolean; described?: boolean; resolution?: boolean };

type Opened = Pick<Ticket, 'description' | 'opened_at' | 'opened_by' | 'caller'>;

/** The description is what was said first, so it stands where the story begins. */
export function withDescription(items: StoryItem[], ticket: Opened): StoryItem[] {
  if (!ticket.description) return items;
  const entry = { id: 'description', text: ticket.description, html: null, retracted: null };
  const first = { type: 'comment', at: ticket.opened_at, by: ticket.opened_by ?? ticket.caller, entry, described: true };
  return [first as unknown as StoryItem, ...items];
}

/** What solved it is written for the caller: it stands in the conversation, after the fact. */
export function withResolutions(items: StoryItem[]): StoryItem[] {
  return items.flatMap((item): StoryItem[] => {
    if (item.type !== 'fact' || !item.fact?.kind.endsWith('.resolved')) return [item];
    const changes = item.fact.changes as unknown as FactChange[];
    const text = changes.find((change) => change.field === 'close_notes')?.to;
    if (typeof text !== 'string' || text === '') return [item];
    const entry = { id: `resolution-${item.at}`, text, html: null, retracted: null };
    return [item, { type: 'comment', at: item.at, by: item.by, entry, resolution: true } as unknown as StoryItem];
  });
}

export type Show = 'all' | 'public' | 'internal' | 'changes';

const KIND: Record<Exclude<Show, 'all'>, TimelineItem['type']> = { public: 'comment', internal: 'work_note', changes: 'fact' };

const attachedFact = (item: TimelineItem): string | null => {
  if (item.type !== 'fact' || !item.fact?.kind.endsWith('.attachment_added')) return null;
  const changes = item.fact.changes as unknown as FactChange[];
  const id = changes.find((change) => change.field === 'attachment')?.to;
  return typeof id === 'string' ? id : null;
};

/**
 * Puts each file where it was sent: into its message, or, sent without a word, where a message
 * would stand, on the paper of its audience. What is not there any more stays the fact it is.
 */
export function withFiles(items: TimelineItem[], files: Attachment[]): StoryItem[] {
  if (files.length === 0) return items;
  const byId = new Map(files.map((file) => [file.id, file]));
  const entries = new Set(items.flatMap((item) => (item.entry ? [item.entry.id] : [])));
  return items.flatMap((item): StoryItem[] => {
    if (item.entry) {
      const own = files.filter((file) => file.entry === item.entry?.id);
      return [own.length > 0 ? { ...item, files: own } : item];
    }
    const file = byId.get(attachedFact(item) ?? '');
    if (!file) return [item];
    if (file.entry && entries.has(file.entry)) return [];
    return [{ type: file.audience === 'internal' ? 'work_note' : 'comment', at: item.at, by: item.by, files: [file], alone: true } as StoryItem];
  });
}

export function filterStory(items: StoryItem[], show: Show): StoryItem[] {
  return show === 'all' ? items : items.filter((item) => item.type === KIND[show]);
}

export function countStory(items: StoryItem[]): Record<Show, number> {
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
  | { type: 'item'; key: string; item: StoryItem }
  | { type: 'fold'; key: string; items: StoryItem[]; internal: number };

/** Runs of changes longer than this fold to one line. */
const LONG_RUN = 4;

const itemKey = (item: StoryItem, index: number) => item.entry?.id ?? item.files?.[0]?.id ?? `${item.type}-${item.at}-${index}`;

/**
 * Lays the story out. `tail` keeps only the last so many entries open and folds all before them
 * (for the narrow preview); 0 keeps everything.
 */
export function layOut(items: StoryItem[], options: { days: boolean; tail: number; fold: boolean }): Piece[] {
  const pieces: Piece[] = [];
  const cut = options.tail > 0 && items.length > options.tail + 1 ? items.length - options.tail : 0;
  if (cut > 0) pieces.push(foldOf(items.slice(0, cut), 'early'));
  // With nothing but changes there would be an empty page: then they are what one reads.
  const fold = options.fold && items.some((item) => item.type !== 'fact');
  let day = '';
  let run: { item: StoryItem; index: number }[] = [];
  const flush = () => {
    if (fold && run.length > LONG_RUN) pieces.push(foldOf(run.map((r) => r.item), `run-${run[0]?.index}`));
    else for (const { item, index } of run) pieces.push({ type: 'item', key: itemKey(item, index), item });
    run = [];
  };
  items.slice(cut).forEach((item, offset) => {
    const index = cut + offset;
    const date = dayKey(new Date(item.at));
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

function foldOf(items: StoryItem[], key: string): Piece {
  return { type: 'fold', key: `fold-${key}`, items, internal: items.filter((item) => item.type === 'work_note').length };
}
