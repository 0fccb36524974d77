import { useMutation, useQuery } from '@tanstack/react-query';
import { api, ifMatch, ok } from '@/api/client';
import type { List, Session } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { moment } from '@/ui/time';
import { agentName, groupSessions } from './agent';

export function Sessions() {
  const { data, error, refetch } = useQuery({ queryKey: ['sessions'], queryFn: () => ok<List<Session>>(api.GET('/api/v1/me/sessions')) });
  const end = useMutation({
    mutationFn: async (group: Session[]) => {
      for (const one of group) await ok(api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id: one.id }, header: ifMatch(one.version) } }));
    },
    onSettled: () => refetch(),
  });
  return (
    <section className="box">
      <h2>{t('account:sessions.title')}</h2>
      {(error ?? end.error) != null && <ErrorBanner error={error ?? end.error} />}
      <ul className="lines">
        {groupSessions(data?.items ?? []).map((group) => (
          <Line key={group[0]?.id} group={group} busy={end.isPending} onEnd={() => end.mutate(group)} />
        ))}
      </ul>
    </section>
  );
}

/** One session, or several that read the same. */
function Line({ group, busy, onEnd }: { group: Session[]; busy: boolean; onEnd: () => void }) {
  const [one] = group;
  if (!one) return null;
  const count = group.length;
  return (
    <li>
      <span className="grow" title={one.user_agent ?? undefined}>
        {agentName(one.user_agent) ?? t('account:sessions.unknown')} {one.current && <span className="meta">{t('account:sessions.here')}</span>}
        {count > 1 && <span className="meta">{t('account:sessions.count', { count })}</span>}
      </span>
      <span className="meta mono">{one.address}</span>
      <span className="meta">{one.last_used_at ? t('account:sessions.used', { time: moment(one.last_used_at) }) : t('account:sessions.since', { time: moment(one.created_at) })}</span>
      {!one.current && (
        <Button small busy={busy} aria-label={t('account:sessions.endLabel', { count, address: one.address ?? '' })} onClick={onEnd}>
          {t('account:sessions.end', { count })}
        </Button>
      )}
    </li>
  );
}
