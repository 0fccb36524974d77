import './texts';
import '@/ui/page.css';
import { useMutation } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { teams, useReload, useTeam } from '@/api/people';
import type { Team } from '@/api/types';
import { byName } from '@/app/format';
import { t } from '@/app/i18n';
import { useMayNot } from '@/features/permission/useMayNot';
import { Link } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { Button } from '@/ui/Button';
import { RefPicker } from '@/ui/RefPicker';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { toast } from '@/ui/Toast';
import { Grants } from './Grants';
import { TeamForm } from './TeamForm';

export function TeamPage() {
  const { id = '' } = useParams({ strict: false });
  const { data: team, error, refetch } = useTeam(id);
  const reload = useReload();
  const mayNot = useMayNot('team.update');
  return (
    <main className="pane page">
      <div className="bar">
        <h1 className="cut">{team?.name ?? t('people:teams.title')}</h1>
        <span className="push" />
        {team && <Link to={paths.queue(conditions.team(team.name))}>{t('people:teams.queue')}</Link>}
      </div>
      <div className="page-in">
        {error && <ErrorBanner error={error} retry={() => void refetch()} />}
        {!team && !error && <Skeleton />}
        {team && (
          <div className="cols">
            <div className="form">
              <TeamForm
                key={team.version}
                team={team}
                off={mayNot}
                onSave={(body) => teams.patch(team.id, team.version, body)}
                onDone={() => {
                  reload();
                  toast(t('people:saved'));
                }}
              />
              <Grants key={team.id} holder={{ id: team.id, name: team.name }} home={team.organisation} />
            </div>
            <Members team={team} off={mayNot} />
          </div>
        )}
      </div>
    </main>
  );
}

function Members({ team, off }: { team: Team; off: string | null }) {
  const reload = useReload();
  const join = useMutation({ mutationFn: (login: string) => teams.join(team, login), onSettled: reload });
  const leave = useMutation({ mutationFn: (login: string) => teams.leave(team, login), onSettled: reload });
  const members = team.members ?? [];
  return (
    <section className="box">
      <h2>{t('people:teams.members', { count: members.length })}</h2>
      {!off && <RefPicker kind="people" label={t('people:teams.add')} value={null} onChange={(one) => one && join.mutate(one.login ?? one.id)} />}
      {(join.error ?? leave.error) != null && <ErrorBanner error={join.error ?? leave.error} />}
      <ul className="lines">
        {members.toSorted(byName).map((one) => (
          <li key={one.id}>
            <span className="grow cut">
              <Link to={paths.person(one.login ?? one.id)}>{one.name}</Link>
            </span>
            <Button small tone="ghost" icon off={off} aria-label={t('people:teams.remove', { name: one.name })} onClick={() => leave.mutate(one.login ?? one.id)}>
              <IconX aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
