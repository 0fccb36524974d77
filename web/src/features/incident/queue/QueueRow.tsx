import { IconCheck } from '@tabler/icons-react';
import { memo, type CSSProperties } from 'react';
import type { IncidentRow } from '@/api/types';
import { t } from '@/app/i18n';
import { Avatar, PriorityTag, StateTag } from '@/ui/Tags';
import { dayInText, span } from '@/ui/time';

type Props = {
  id: string;
  row: IncidentRow;
  current: boolean;
  selected: boolean;
  position: number;
  total: number;
  mine: boolean;
  style: CSSProperties;
  onPick: (number: string) => void;
  onOpen: (number: string) => void;
};

export const QueueRow = memo(function QueueRow({ id, row, current, selected, position, total, mine, style, onPick, onOpen }: Props) {
  const about = row.service?.name ?? row.location?.name ?? row.category;
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={current || selected}
      aria-setsize={total}
      aria-posinset={position}
      className={`q${current ? ' current' : ''}${selected ? ' marked' : ''}`}
      style={style}
      data-number={row.number}
      onClick={() => onPick(row.number)}
      onDoubleClick={() => onOpen(row.number)}
      onKeyDown={() => undefined}
    >
      <span className="dot">
        {selected && (
          <>
            <IconCheck aria-hidden />
            <span className="vh">{t('incident:queue.selected')}</span>
          </>
        )}
      </span>
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
          <span className="vh">{t('incident:queue.assignedTo', { name: row.assigned_to.name })}</span>
        </span>
      ) : (
        <span className="dim owner nobody">
          <span aria-hidden>–</span>
          <span className="vh">{t('incident:queue.unassigned')}</span>
        </span>
      )}
      <span className="promise">
        <StateTag state={row.state} reason={row.on_hold_reason} />
        <span className="clk">{rowTime(row)}</span>
      </span>
    </div>
  );
});

/** How long it waits; of what is done, since when. Short enough for its column at any age. */
export function rowTime(row: Pick<IncidentRow, 'state' | 'opened_at' | 'updated_at' | 'resolved_at' | 'closed_at'>): string {
  const ended = { resolved: row.resolved_at, closed: row.closed_at, canceled: row.closed_at }[row.state];
  if (ended) return t('incident:queue.since', { day: dayInText(ended, undefined, 'short') });
  const age = span(row.opened_at);
  const updated = span(row.updated_at);
  return age === updated ? t('incident:queue.ageAlone', { age }) : t('incident:queue.age', { age, updated });
}
