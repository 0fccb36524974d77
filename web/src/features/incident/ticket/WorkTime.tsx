import { TextInput } from '@/ui/inputs';
import { useState } from 'react';
import { whyNot } from '@/api/actions';
import { PLACE } from '@/api/incidents';
import { ticketCommands, useCommand } from '@/api/tickets';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';

export function WorkTime({ incident }: { incident: Incident }) {
  const [minutes, setMinutes] = useState<string | null>(null);
  const add = useCommand(PLACE, incident.number, (value: number) => ticketCommands.act(PLACE, incident.number, 'work-time', { minutes: value }), () => setMinutes(null));
  const { byField, rest } = splitErrors(add.error, ['minutes'], 'incident');
  const total = incident.time_worked_minutes ?? 0;
  return (
    <section className="sec">
      <h2>
        {t('incident:worktime.title')}
        {minutes === null && (
          <Button small className="low push" onClick={() => setMinutes('')} off={whyNot(incident, 'work-time')}>
            {t('incident:worktime.add')}
          </Button>
        )}
      </h2>
      <p>{t('incident:worktime.total', { count: total })}</p>
      {minutes !== null && (
        <form
          className="form tight"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate(Number(minutes));
          }}
        >
          <TextInput type="number" label={t('incident:worktime.minutes')} autoFocus value={minutes} error={byField.minutes} onChange={(e) => setMinutes(e.currentTarget.value)} onKeyDown={(e) => e.key === 'Escape' && setMinutes(null)} />
          {rest != null && <ErrorBanner error={rest} />}
          <div className="end">
            <Button small type="submit" busy={add.isPending}>
              {t('common:save')}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
