// First what to do (with the reason where it cannot be done), then what that needs.
import { useState } from 'react';
import { PLACE } from '@/api/incidents';
import { useTickets } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Skeleton } from '@/ui/States';
import { sentence } from '@/ui/words';
import { ActionForm } from './ActionForm';
import { ACTIONS } from './actions';
import { dialogTitle } from './BulkErrors';

type Props = { numbers: string[]; action?: string; onClose: () => void; onDone?: () => void };

/** What is possible for at least one of them, and for how many; what is possible for none says why. */
function offeredFor(tickets: Ticket[]) {
  return ACTIONS.flatMap((name) => {
    const found = tickets.flatMap((ticket) => ticket.actions?.find((one) => one.name === name) ?? []);
    const count = found.filter((one) => one.allowed).length;
    const [first] = found;
    return first ? [{ name, count, allowed: count > 0, reason: first.reason ? sentence(first.reason) : null }] : [];
  });
}

export function StateDialog({ numbers, action, onClose, onDone }: Props) {
  const many = numbers.length > 1;
  const { tickets, pending } = useTickets(PLACE, numbers);
  const [chosen, setChosen] = useState<string | undefined>(action);
  if (chosen) return <ActionForm action={chosen} numbers={numbers} onClose={onClose} onDone={onDone} />;
  const offered = offeredFor(tickets);
  return (
    <Dialog title={dialogTitle(t('incident:command.state'), numbers)} onClose={onClose}>
      {pending && <Skeleton rows={3} />}
      <div className="menu-list">
        {offered.filter((one) => one.allowed).map((one) => (
          <Button key={one.name} tone="ghost" onClick={() => setChosen(one.name)}>
            <span className="mid">{t(`incident:action.${one.name}`)}</span>
            <span className="meta">
              {t(`incident:means.${one.name}`)}
              {many && one.count < numbers.length && `, ${t('incident:command.possibleFor', { count: one.count, total: numbers.length })}`}
            </span>
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
