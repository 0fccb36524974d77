import { own, t } from '@/app/i18n';
import { conditions } from '@/app/paths';
import type { Kind } from '@/app/records';
import { useMe } from '@/app/session';

/** How the queue with this condition is called, if it is one of the rail. */
export function useQueueName(kind: Kind, q: string): string | undefined {
  const me = useMe();
  if (q === conditions.mine) return t('desk:queue.mine');
  if (q === conditions.unassigned) return t('desk:queue.unassigned');
  if (q === conditions.open) return t('desk:queue.open');
  if (q === conditions.resolved) return t('desk:queue.resolved');
  if (q === conditions.all) return t(own(kind, 'queue.all'));
  return me.teams.find((team) => conditions.team(team.name) === q)?.name;
}
