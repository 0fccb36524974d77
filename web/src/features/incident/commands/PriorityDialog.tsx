// Priority follows from impact and urgency; another one needs a reason.
import { NativeSelect, TextInput } from '@/ui/inputs';
import { useState } from 'react';
import { PLACE } from '@/api/incidents';
import { fetchTicket, ticketCommands, useTicket } from '@/api/tickets';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { splitErrors } from '@/ui/form';
import { BulkErrors, dialogTitle } from './BulkErrors';
import { useBulk } from './useBulk';

type Props = { numbers: string[]; onClose: () => void; onDone?: () => void };

const LEVELS = ['1', '2', '3'];
const PRIORITIES = ['1', '2', '3', '4', '5'];

export function PriorityDialog({ numbers, onClose, onDone }: Props) {
  const many = numbers.length > 1;
  const { data: incident } = useTicket(PLACE, many ? undefined : numbers[0]);
  const [impact, setImpact] = useState<string>();
  const [urgency, setUrgency] = useState<string>();
  const [override, setOverride] = useState<string>();
  const [reason, setReason] = useState<string>();
  const bulk = useBulk(numbers, onClose, onDone);
  const { byField, rest } = splitErrors(bulk.error, ['impact', 'urgency', 'priority_override', 'priority_override.priority', 'priority_override.reason']);

  const shown = {
    impact: impact ?? (incident ? String(incident.impact) : ''),
    urgency: urgency ?? (incident ? String(incident.urgency) : ''),
    override: override ?? String(incident?.priority_override?.priority ?? ''),
    reason: reason ?? incident?.priority_override?.reason ?? '',
  };
  const save = () =>
    void bulk.run(async (number) => {
      const now = many ? await fetchTicket(PLACE, number) : (incident ?? (await fetchTicket(PLACE, number)));
      const body: Record<string, unknown> = {};
      if (impact !== undefined) body.impact = Number(impact);
      if (urgency !== undefined) body.urgency = Number(urgency);
      if (override !== undefined || reason !== undefined) {
        body.priority_override = shown.override === '' ? null : { priority: Number(shown.override), reason: shown.reason };
      }
      await ticketCommands.patch(PLACE, number, now.version, body);
    }, t('incident:command.prioritySet'));

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
    <Dialog title={dialogTitle(t('incident:command.priority'), numbers)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p className="meta">{t('incident:command.priorityText')}</p>
        <BulkErrors bulk={bulk} rest={rest} many={many} />
        <div className="two">
          {level('impact', setImpact)}
          {level('urgency', setUrgency)}
        </div>
        <div className="two">
          <NativeSelect
            label={t('incident:command.override')}
            value={shown.override}
            error={byField.priority_override ?? byField['priority_override.priority']}
            onChange={(event) => setOverride(event.currentTarget.value)}
            data={[{ value: '', label: t('incident:command.noOverride') }, ...PRIORITIES.map((value) => ({ value, label: `P${value} ${t(`common:priority.${value}`)}` }))]}
          />
          <TextInput label={t('incident:command.overrideReason')} value={shown.reason} error={byField['priority_override.reason']} onChange={(event) => setReason(event.currentTarget.value)} />
        </div>
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
