// First what to do (with the reason where it cannot be done), then what that needs.
import { useState } from 'react';
import { useIncident } from '@/api/incidents';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Skeleton } from '@/ui/States';
import { ActionForm } from './ActionForm';
import { ACTIONS } from './actions';
import { dialogTitle } from './BulkErrors';

type Props = { numbers: string[]; action?: string; onClose: () => void; onDone?: () => void };

export function StateDialog({ numbers, action, onClose, onDone }: Props) {
  const many = numbers.length > 1;
  const { data: incident } = useIncident(many ? undefined : numbers[0]);
  const [chosen, setChosen] = useState<string | undefined>(action);
  if (chosen) return <ActionForm action={chosen} numbers={numbers} onClose={onClose} onDone={onDone} />;
  const offered = many
    ? ACTIONS.map((name) => ({ name, allowed: true, reason: null }))
    : ACTIONS.flatMap((name) => incident?.actions?.find((one) => one.name === name) ?? []);
  return (
    <Dialog title={dialogTitle(t('incident:command.state'), numbers)} onClose={onClose}>
      {!many && !incident && <Skeleton rows={3} />}
      <div className="menu-list">
        {offered.filter((one) => one.allowed).map((one) => (
          <Button key={one.name} tone="ghost" onClick={() => setChosen(one.name)}>
            {t(`incident:action.${one.name}`)}
          </Button>
        ))}
      </div>
      {offered.some((one) => !one.allowed) && (
        <div className="menu-list off">
          <h3>{t('incident:command.notNow')}</h3>
          {offered.filter((one) => !one.allowed).map((one) => (
            <Button key={one.name} tone="ghost" off={one.reason ?? t('common:notAllowed')}>
              <span className="mid">{t(`incident:action.${one.name}`)}</span>
              <span className="meta">{one.reason}</span>
            </Button>
          ))}
        </div>
      )}
    </Dialog>
  );
}
