// First what to do (with the reason where it cannot be done), then what that needs.
import { useState } from 'react';
import { useFields, useSteps } from '@/api/fields';
import { useTickets } from '@/api/tickets';
import type { Step, Ticket } from '@/api/types';
import { own, t } from '@/app/i18n';
import { aboutKind } from '@/app/records';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { stateName } from '@/ui/Tags';
import { sentence } from '@/ui/words';
import { audienceOf } from '../audience';
import { ActionForm } from './ActionForm';
import { actionsOf } from './actions';
import { dialogTitle } from './BulkErrors';
import type { Targets } from './useBulk';

/** What is possible for at least one of them, and for how many; what is possible for none says why. */
function offeredFor(tickets: Ticket[], steps: Step[]) {
  return actionsOf(steps).flatMap((name) => {
    const found = tickets.flatMap((ticket) => ticket.actions?.find((one) => one.name === name) ?? []);
    const count = found.filter((one) => one.allowed).length;
    const [first] = found;
    return first ? [{ name, count, allowed: count > 0, reason: reasonOf(name, first.reason, tickets, steps) }] : [];
  });
}

/** Where only the state is in the way, the states in which it is possible say it all. */
function reasonOf(name: string, reason: string | null | undefined, tickets: Ticket[], steps: Step[]): string | null {
  if (!reason) return null;
  const from = steps.filter((step) => step.action === name).map((step) => step.from);
  const elsewhere = /^\S+ is not possible in state /.test(reason) && tickets.every((ticket) => !from.includes(ticket.state));
  return elsewhere && from.length > 0 ? t('ticket:command.onlyFrom', { states: from.map((state) => stateName(state)).join(', ') }) : sentence(reason);
}

export function StateDialog({ action, ...targets }: Targets & { action?: string }) {
  const { kind, numbers, onClose } = targets;
  const many = numbers.length > 1;
  const { tickets, pending } = useTickets(aboutKind(kind).place, numbers);
  const { steps, error, retry } = useSteps(kind);
  const audience = audienceOf(useFields(kind));
  const [chosen, setChosen] = useState<string | undefined>(action);
  if (chosen) return <ActionForm {...targets} action={chosen} />;
  const offered = offeredFor(tickets, steps ?? []);
  return (
    <Dialog title={dialogTitle(t('ticket:command.state'), numbers)} onClose={onClose}>
      {!steps && error ? <ErrorBanner error={error} retry={retry} /> : (pending || !steps) && <Skeleton rows={3} />}
      <div className="menu-list">
        {offered.filter((one) => one.allowed).map((one) => (
          <Button key={one.name} tone="ghost" onClick={() => setChosen(one.name)}>
            <span className="mid">{t(own(kind, `action.${one.name}`))}</span>
            <span className="meta">
              {t(own(kind, `means.${one.name}`), audience)}
              {many && one.count < numbers.length && `, ${t('ticket:command.possibleFor', { count: one.count, total: numbers.length })}`}
            </span>
          </Button>
        ))}
      </div>
      {offered.some((one) => !one.allowed) && (
        <div className="menu-list off">
          <h3>{t('ticket:command.notNow')}</h3>
          {offered.filter((one) => !one.allowed).map((one) => (
            <Button key={one.name} tone="ghost" off={one.reason ?? t('common:notAllowed')}>
              <span className="mid">{t(own(kind, `action.${one.name}`))}</span>
              <span className="meta">{one.reason}</span>
            </Button>
          ))}
        </div>
      )}
    </Dialog>
  );
}
