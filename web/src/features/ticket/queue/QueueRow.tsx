import { IconCheck } from '@tabler/icons-react';
import { memo, type CSSProperties } from 'react';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { Avatar, PriorityTag, StateTag } from '@/ui/Tags';
import { dayInText, span } from '@/ui/time';

type Props = {
  id: string;
  row: Ticket;
  href: string;
  current: boolean;
  selected: boolean;
  position: number;
  total: number;
  mine: boolean;
  style: CSSProperties;
  onPick: (number: string) => void;
  onOpen: (number: string) => void;
  onMark: (number: string) => void;
};

export const QueueRow = memo(function QueueRow({ id, row, href, current, selected, position, total, mine, style, onPick, onOpen, onMark }: Props) {
  const about = row.service?.name ?? row.location?.name ?? row.category;
  return (
    // A link, so that it opens in a tab of its own as any other.
    <a
      id={id}
      href={href}
      role="option"
      tabIndex={-1}
      aria-selected={current || selected}
      aria-setsize={total}
      aria-posinset={position}
      className={`q${current ? ' current' : ''}${selected ? ' marked' : ''}`}
      style={style}
      data-number={row.number}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        // Without a pointer it is pressed by Enter, which opens.
        if (event.detail === 0) onOpen(row.number);
        else onPick(row.number);
      }}
      onDoubleClick={() => onOpen(row.number)}
    >
      {/* For the pointer alone: by key it is X, and the row says that it is selected. */}
      <span
        className="dot"
        title={t('ticket:queue.select')}
        aria-hidden
        onClick={(event) => {
          event.preventDefault();
          event.stopPropagation();
          onMark(row.number);
        }}
      >
        <i>{selected && <IconCheck />}</i>
      </span>
      {selected && <span className="vh">{t('ticket:queue.selected')}</span>}
      <PriorityTag priority={row.priority} />
      <span className="cut words">
        <span className="t cut">{row.short_description}</span>
        <span className="sub cut">
          <b className="mono">{row.number}</b> {[row.caller?.name, about].filter(Boolean).join(' · ')}
        </span>
      </span>
      {row.assigned_to ? (
        <span className="owner" title={row.assigned_to.name}>
          <Avatar name={row.assigned_to.name} me={mine} />
          <span className="vh">{t('ticket:queue.assignedTo', { name: row.assigned_to.name })}</span>
        </span>
      ) : (
        <span className="dim owner nobody">
          <span aria-hidden>–</span>
          <span className="vh">{t('ticket:queue.unassigned')}</span>
        </span>
      )}
      <span className="promise">
        <StateTag state={row.state} reason={row.on_hold_reason} />
        <span className="clk">{rowTime(row)}</span>
      </span>
    </a>
  );
});

/** How long it waits; of what is done, since when. Short enough for its column at any age. */
export function rowTime(row: Pick<Ticket, 'state' | 'opened_at' | 'updated_at' | 'resolved_at' | 'closed_at'>): string {
  const ended = { resolved: row.resolved_at, closed: row.closed_at, canceled: row.closed_at }[row.state];
  if (ended) return t('ticket:queue.since', { day: dayInText(ended, undefined, 'short') });
  const age = span(row.opened_at);
  const updated = span(row.updated_at);
  return age === updated ? t('ticket:queue.ageAlone', { age }) : t('ticket:queue.age', { age, updated });
}
