import { IconChevronDown } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Incident, TimelineItem } from '@/api/types';
import { t } from '@/app/i18n';
import { useMe } from '@/app/session';
import { Avatar } from '@/ui/Tags';
import { clock, day } from '@/ui/time';
import { Fact } from './Fact';
import { Message, Prose } from './Message';
import { filterStory, layOut, type Show } from './story';

const BRIEF_TAIL = 4;

export function Timeline({ incident, items, show, brief }: { incident: Incident; items: TimelineItem[]; show: Show; brief?: boolean }) {
  const me = useMe();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const pieces = useMemo(
    () => layOut(filterStory(items, show), { days: !brief, tail: brief ? BRIEF_TAIL : 0, fold: show === 'all' }),
    [items, show, brief],
  );
  const one = (item: TimelineItem, key: string) =>
    item.type === 'fact' ? <Fact key={key} item={item} /> : <Message key={key} item={item} incident={incident} brief={brief} />;
  return (
    <>
      {incident.description && (show === 'all' || show === 'public') && (
        <article className="msg" aria-label={t('incident:timeline.description')}>
          <header>
            <Avatar name={incident.opened_by?.name ?? ''} me={incident.opened_by?.id === me.id} />
            <b>{incident.opened_by?.name}</b>
            <span>{t('incident:timeline.description')}</span>
            <time className="push" dateTime={incident.opened_at}>
              {clock(incident.opened_at)}
            </time>
          </header>
          <div className="body">
            <Prose text={incident.description} />
          </div>
        </article>
      )}
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
            {foldText(piece.items, piece.internal)}
          </button>
        );
      })}
      {pieces.length === 0 && !incident.description && <p className="meta">{t('incident:timeline.empty')}</p>}
    </>
  );
}

function foldText(items: TimelineItem[], internal: number): string {
  const first = items[0];
  const last = items.at(-1);
  if (!first || !last) return '';
  const values = { count: items.length, from: clock(first.at), to: clock(last.at) };
  const sameDay = new Date(first.at).toDateString() === new Date(last.at).toDateString();
  const text = sameDay ? t('incident:timeline.fold', values) : t('incident:timeline.foldDays', { count: items.length });
  return internal > 0 ? `${text}, ${t('incident:timeline.foldInternal', { count: internal })}` : text;
}
