import { IconChevronDown } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useFields } from '@/api/fields';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { firstName } from '@/ui/names';
import { clock, day, onOneDay } from '@/ui/time';
import { audienceOf } from './audience';
import { Fact } from './Fact';
import { Message } from './Message';
import { filterStory, layOut, type Show, type StoryItem } from './story';

const BRIEF_TAIL = 4;

export function Timeline({ ticket, items, show, brief }: { ticket: Ticket; items: StoryItem[]; show: Show; brief?: boolean }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const pieces = useMemo(
    () => layOut(filterStory(items, show), { days: true, tail: brief ? BRIEF_TAIL : 0, fold: show === 'all' }),
    [items, show, brief],
  );
  const { kind } = kindOf(ticket);
  const fields = useFields(kind);
  const audience = audienceOf(fields, ticket.caller);
  const caller = firstName(ticket.caller?.name);
  const one = (item: StoryItem, key: string) =>
    item.type === 'fact' ? <Fact key={key} item={item} kind={kind} fields={fields} caller={caller} /> : <Message key={key} item={item} ticket={ticket} audience={audience} brief={brief} />;
  return (
    <>
      {pieces.map((piece) => {
        if (piece.type === 'day') {
          return (
            <div className="day" key={piece.key}>
              {day(piece.at)}
            </div>
          );
        }
        if (piece.type === 'item') return one(piece.item, piece.key);
        if (opened.has(piece.key)) return piece.items.map((item, index) => one(item, `${piece.key}-${index}`));
        return (
          <button key={piece.key} type="button" className="btn ghost s fold" onClick={() => setOpened(new Set([...opened, piece.key]))}>
            <IconChevronDown aria-hidden />
            {foldText(piece.items, piece.internal, Boolean(brief))}
          </button>
        );
      })}
      {pieces.length === 0 && <p className="meta">{t('ticket:timeline.empty')}</p>}
    </>
  );
}

/** In the narrow preview the days of what is folded are not on screen, so no times are named. */
function foldText(items: StoryItem[], internal: number, brief: boolean): string {
  const first = items[0];
  const last = items.at(-1);
  if (!first || !last) return '';
  const values = { count: items.length, from: clock(first.at), to: clock(last.at) };
  const text = !brief && onOneDay(first.at, last.at) ? t('ticket:timeline.fold', values) : t('ticket:timeline.foldDays', { count: items.length });
  return internal > 0 ? `${text}, ${t('ticket:timeline.foldInternal', { count: internal })}` : text;
}
