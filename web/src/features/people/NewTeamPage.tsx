import './texts';
import './people.css';
import { teams, useReload } from '@/api/people';
import type { NewTeam, Team } from '@/api/types';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { toast } from '@/ui/Toast';
import { TeamForm } from './TeamForm';

export function NewTeamPage() {
  const go = useGo();
  const reload = useReload();
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('people:teams.new')}</h1>
      </div>
      <div className="page-in">
        <TeamForm
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
