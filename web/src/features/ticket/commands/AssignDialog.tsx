import { useState } from 'react';
import { ticketCommands, useTicket } from '@/api/tickets';
import type { PersonRef } from '@/api/types';
import { t } from '@/app/i18n';
import { aboutKind } from '@/app/records';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { RefPicker, refuseLoose } from '@/ui/RefPicker';
import { splitErrors } from '@/ui/form';
import { BulkErrors, dialogTitle } from './BulkErrors';
import { useBulk, type Targets } from './useBulk';

export function AssignDialog(props: Targets) {
  const { kind, numbers, onClose } = props;
  const { place } = aboutKind(kind);
  const me = useMe();
  const many = numbers.length > 1;
  const { data: ticket } = useTicket(place, many ? undefined : numbers[0]);
  const [group, setGroup] = useState<PersonRef | null | undefined>(undefined);
  const [person, setPerson] = useState<PersonRef | null | undefined>(undefined);
  const bulk = useBulk(props);
  const { byField, rest } = splitErrors(bulk.error, ['assignment_group', 'assigned_to'], kind, 'ticket');
  const refused = ticket?.actions?.find((action) => action.name === 'assign' && !action.allowed);

  const assign = (body: { assignment_group?: string | null; assigned_to?: string | null }, said: string) =>
    void bulk.run((number) => ticketCommands.act(place, number, 'assign', body), said);
  const toMe = () => {
    if (!refused && !bulk.busy) assign({ assigned_to: me.id }, t('ticket:command.assignedTo', { name: me.name }));
  };
  const save = () => {
    const body: { assignment_group?: string | null; assigned_to?: string | null } = {};
    if (group !== undefined) body.assignment_group = group?.id ?? null;
    if (person !== undefined) body.assigned_to = person?.id ?? null;
    const to = person?.name ?? group?.name;
    assign(body, to ? t('ticket:command.assignedTo', { name: to }) : t('ticket:command.unassigned'));
  };
  return (
    <Dialog title={dialogTitle(t('ticket:command.assign'), numbers)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!refuseLoose(event.currentTarget)) save();
        }}
      >
        <BulkErrors bulk={bulk} rest={rest} many={many} />
        <div>
          <Button
            busy={bulk.busy}
            off={refused?.reason}
            onClick={toMe}
            onKeyDown={(event) => {
              if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.key === ' ') return;
              if (event.key.toLowerCase() === 'm') {
                event.preventDefault();
                toMe();
                // Any other letter begins a name.
              } else event.currentTarget.form?.querySelector<HTMLInputElement>('input')?.focus();
            }}
          >
            {t('ticket:command.assignMe')} <kbd aria-hidden>M</kbd>
          </Button>
        </div>
        <RefPicker kind="people" label={t('ticket:field.assigned_to')} value={person === undefined ? (ticket?.assigned_to ?? null) : person} onChange={setPerson} error={byField.assigned_to} first={[me]} />
        <RefPicker kind="teams" label={t('ticket:field.assignment_group')} value={group === undefined ? (ticket?.assignment_group ?? null) : group} onChange={setGroup} error={byField.assignment_group} first={me.teams} />
        <div className="end">
          <Button type="submit" tone="primary" busy={bulk.busy} off={refused?.reason}>
            {t('ticket:command.assignSave')}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            {t('common:cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
