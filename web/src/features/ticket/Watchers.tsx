import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { whyNot } from '@/api/actions';
import { commands, useCommand, useWatchers } from '@/api/incidents';
import type { Incident, PersonRef } from '@/api/types';
import { t } from '@/app/i18n';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { RefPicker } from '@/ui/RefPicker';

export function Watchers({ incident }: { incident: Incident }) {
  const me = useMe();
  const { data } = useWatchers(incident.number);
  const [adding, setAdding] = useState(false);
  const add = useCommand(incident.number, (person: PersonRef) => commands.watch(incident.number, person.login ?? person.id), () => setAdding(false));
  const remove = useCommand(incident.number, (person: PersonRef) => commands.unwatch(incident.number, person.login ?? person.id));
  const watchers = data?.items ?? [];
  const watching = watchers.some((one) => one.id === me.id);
  return (
    <section className="sec">
      <h2>
        {t('incident:watch.title')}
        <span className="push row none">
          <Button small className="low" busy={add.isPending || remove.isPending} off={whyNot(incident, 'watch')} onClick={() => (watching ? remove.mutate(me) : add.mutate(me))}>
            {t(watching ? 'incident:watch.stop' : 'incident:watch.start')}
          </Button>
          <Button small tone="ghost" className="low" onClick={() => setAdding(!adding)} aria-expanded={adding} off={whyNot(incident, 'watch')}>
            {t('incident:watch.add')}
          </Button>
        </span>
      </h2>
      {watchers.length === 0 && !adding && <p className="meta">{t('incident:watch.none')}</p>}
      <ul className="people">
        {watchers.map((one) => (
          <li key={one.id}>
            <span className="cut grow">{one.name}</span>
            <Button small icon tone="ghost" className="low" aria-label={t('incident:watch.remove', { name: one.name })} onClick={() => remove.mutate(one)}>
              <IconX aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {adding && <RefPicker kind="people" label={t('incident:watch.who')} hideLabel autoFocus value={null} onChange={(one) => one && add.mutate(one)} onEscape={() => setAdding(false)} />}
      {(add.error ?? remove.error) != null && <ErrorBanner error={add.error ?? remove.error} />}
    </section>
  );
}
