import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Ticket } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { useMe } from '@/app/session';
import { CARDS, useMedia } from '@/ui/useMedia';
import { groupLines } from './groups';
import { QueueRow } from './QueueRow';

const ROW_PX = 44;
/** A row as a card of two lines, on a narrow screen. */
const CARD_PX = 64;
const HEAD_PX = 28;
const NEAR_END = 20;

type Props = {
  /** The address of the page of one. */
  page: (number: string) => string;
  rows: Ticket[];
  total: number;
  current: string | undefined;
  marked: ReadonlySet<string>;
  label: string;
  onPick: (number: string) => void;
  onOpen: (number: string) => void;
  onMark: (number: string) => void;
  onNearEnd: () => void;
  /** Rows that are not loaded yet may belong to the last heading. */
  more: boolean;
};

export function QueueList({ page, rows, total, current, marked, label, onPick, onOpen, onMark, onNearEnd, more }: Props) {
  const me = useMe();
  const scroll = useRef<HTMLDivElement>(null);
  const cards = useMedia(CARDS);
  const lines = useMemo(() => groupLines(rows), [rows]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (lines[index]?.type === 'head' ? HEAD_PX : cards ? CARD_PX : ROW_PX),
    getItemKey: (index) => {
      const line = lines[index];
      return line?.type === 'row' ? line.row.id : `head-${line?.priority}-${index}`;
    },
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [cards, virtual]);
  const lastHead = lines.findLastIndex((line) => line.type === 'head');
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lines.length > 0 && last >= lines.length - NEAR_END) onNearEnd();
  }, [last, lines.length, onNearEnd]);

  // The cursor stays on screen when it moves by key; a click is on screen already.
  const at = lines.findIndex((line) => line.type === 'row' && line.row.number === current);
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (current === before.current || at < 0) return;
    before.current = current;
    virtual.scrollToIndex(at === 1 ? 0 : at, { align: 'auto' });
  }, [at, current, virtual]);

  return (
    <div
      ref={scroll}
      className="list"
      role="listbox"
      aria-label={label}
      aria-multiselectable
      aria-activedescendant={at >= 0 ? `row-${current}` : undefined}
      tabIndex={0}
    >
      <div className="list-in" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const style = { transform: `translateY(${item.start}px)` };
          if (line.type === 'head') {
            return (
              <div key={item.key} className={`grp at${line.priority === 1 ? ' late' : ''}`} role="presentation" style={style}>
                {line.priority === 1 && <IconAlertTriangle aria-hidden />}
                {t('ticket:queue.group', { priority: line.priority, name: tOr(`common:priority.${line.priority}`, '') })}
                <span className="n">{more && item.index === lastHead ? `${line.count}+` : line.count}</span>
              </div>
            );
          }
          const { row } = line;
          return (
            <QueueRow
              key={item.key}
              id={`row-${row.number}`}
              row={row}
              href={page(row.number)}
              current={row.number === current}
              selected={marked.has(row.number)}
              position={line.index + 1}
              total={Math.max(total, rows.length)}
              mine={row.assigned_to?.id === me.id}
              style={style}
              onPick={onPick}
              onOpen={onOpen}
              onMark={onMark}
            />
          );
        })}
      </div>
    </div>
  );
}
