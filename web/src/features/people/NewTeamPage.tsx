import './texts';
import '@/ui/page.css';
import { teams, useReload } from '@/api/people';
import type { NewTeam, Team } from '@/api/types';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { toast } from '@/ui/Toast';
import { useMayNot } from '@/features/permission/useMayNot';
import { TeamForm } from './TeamForm';

export function NewTeamPage() {
  const go = useGo();
  const reload = useReload();
  const mayNot = useMayNot('team.create');
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('people:teams.new')}</h1>
      </div>
      <div className="page-in">
        <TeamForm
          off={mayNot}
          onSave={(body) => teams.create(body as NewTeam)}
          onDone={(made) => {
            const team = made as Team;
            reload();
            toast(t('people:created', { name: team.name }));
            go(paths.team(team.id));
          }}
        />
      </div>
    </main>
  );
}
