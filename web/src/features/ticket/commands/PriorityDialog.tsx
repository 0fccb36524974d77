// Priority follows from impact and urgency; another one needs a reason.
import { NativeSelect, TextInput } from '@/ui/inputs';
import { useState } from 'react';
import { useFields } from '@/api/fields';
import { fetchTicket, ticketCommands, useTicket } from '@/api/tickets';
import { t } from '@/app/i18n';
import { aboutKind } from '@/app/records';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { splitErrors } from '@/ui/form';
import { hasField } from '../values';
import { BulkErrors, dialogTitle } from './BulkErrors';
import { useBulk, type Targets } from './useBulk';

const LEVELS = ['1', '2', '3'];
const PRIORITIES = ['1', '2', '3', '4', '5'];

export function PriorityDialog(props: Targets) {
  const { kind, numbers, onClose } = props;
  const { place } = aboutKind(kind);
  const byHand = hasField(useFields(kind), 'priority_override');
  const many = numbers.length > 1;
  const { data: ticket } = useTicket(place, many ? undefined : numbers[0]);
  const [impact, setImpact] = useState<string>();
  const [urgency, setUrgency] = useState<string>();
  const [override, setOverride] = useState<string>();
  const [reason, setReason] = useState<string>();
  const bulk = useBulk(props);
  const { byField, rest } = splitErrors(bulk.error, ['impact', 'urgency', 'priority_override', 'priority_override.priority', 'priority_override.reason']);

  const shown = {
    impact: impact ?? (ticket ? String(ticket.impact) : ''),
    urgency: urgency ?? (ticket ? String(ticket.urgency) : ''),
    override: override ?? String(ticket?.priority_override?.priority ?? ''),
    reason: reason ?? ticket?.priority_override?.reason ?? '',
  };
  const save = () =>
    void bulk.run(async (number) => {
      const now = many ? await fetchTicket(place, number) : (ticket ?? (await fetchTicket(place, number)));
      const body: Record<string, unknown> = {};
      if (impact !== undefined) body.impact = Number(impact);
      if (urgency !== undefined) body.urgency = Number(urgency);
      if (override !== undefined || reason !== undefined) {
        body.priority_override = shown.override === '' ? null : { priority: Number(shown.override), reason: shown.reason };
      }
      await ticketCommands.patch(place, number, now.version, body);
    }, t('ticket:command.prioritySet'));

  const level = (name: 'impact' | 'urgency', set: (value: string) => void) => (
    <NativeSelect
      label={t(`ticket:field.${name}`)}
      value={shown[name]}
      error={byField[name]}
      autoFocus={name === 'impact'}
      onChange={(event) => set(event.currentTarget.value)}
      data={[...(shown[name] === '' ? [{ value: '', label: t('common:choose') }] : []), ...LEVELS.map((value) => ({ value, label: t(`common:level.${value}`) }))]}
    />
  );
  return (
    <Dialog title={dialogTitle(t('ticket:command.priority'), numbers)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p className="meta">{t(byHand ? 'ticket:command.priorityText' : 'ticket:command.priorityFollows')}</p>
        <BulkErrors bulk={bulk} rest={rest} many={many} />
        <div className="two">
          {level('impact', setImpact)}
          {level('urgency', setUrgency)}
        </div>
        {byHand && (
          <div className="two">
            <NativeSelect
              label={t('ticket:command.override')}
              value={shown.override}
              error={byField.priority_override ?? byField['priority_override.priority']}
              onChange={(event) => setOverride(event.currentTarget.value)}
              data={[{ value: '', label: t('ticket:command.noOverride') }, ...PRIORITIES.map((value) => ({ value, label: `P${value} ${t(`common:priority.${value}`)}` }))]}
            />
            {shown.override !== '' && <TextInput label={t('ticket:command.overrideReason')} value={shown.reason} error={byField['priority_override.reason']} onChange={(event) => setReason(event.currentTarget.value)} />}
          </div>
        )}
        <div className="end">
          <Button type="submit" tone="primary" busy={bulk.busy}>
            {t('common:save')}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            {t('common:cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
