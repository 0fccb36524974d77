// Plain words for where an incident stands. No process words here.
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { firstName } from '@/ui/names';
import { dayInText } from '@/ui/time';

type Row = Pick<Incident, 'state' | 'on_hold_reason' | 'assigned_to' | 'resolved_at' | 'updated_at'>;

/** Whether it stands still until the person answers. */
export function waits(row: Row): boolean {
  return row.state === 'on_hold' && row.on_hold_reason === 'awaiting_caller';
}

/** Whether the person must do something. */
export function needsYou(row: Row): boolean {
  return waits(row) || row.state === 'resolved';
}

/** One sentence for a list. */
export function standing(row: Row): string {
  const name = row.assigned_to ? row.assigned_to.name : '';
  switch (row.state) {
    case 'new':
      return t('portal:standing.new');
    case 'in_progress':
      return name ? t('portal:standing.working', { name: firstName(name) }) : t('portal:standing.soon');
    case 'on_hold':
      return row.on_hold_reason === 'awaiting_caller' ? t('portal:standing.you') : t('portal:standing.others');
    case 'resolved':
      return t('portal:standing.done', { day: dayInText(row.resolved_at ?? row.updated_at) });
    case 'closed':
      return t('portal:standing.closed', { day: dayInText(row.resolved_at ?? row.updated_at) });
    default:
      return t('portal:standing.canceled');
  }
}

/** How far it is: 0 received, 1 being worked on, 2 done. */
export function step(row: Row): 0 | 1 | 2 {
  if (row.state === 'new') return 0;
  return row.state === 'resolved' || row.state === 'closed' || row.state === 'canceled' ? 2 : 1;
}

