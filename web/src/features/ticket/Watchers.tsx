import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { whyNot } from '@/api/actions';
import { ticketCommands, useCommand, useWatchers } from '@/api/tickets';
import type { PersonRef, Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { RefPicker } from '@/ui/RefPicker';

export function Watchers({ ticket }: { ticket: Ticket }) {
  const me = useMe();
  const { number } = ticket;
  const { place } = kindOf(ticket);
  const { data } = useWatchers(place, number);
  const [adding, setAdding] = useState(false);
  const add = useCommand(place, number, (person: PersonRef) => ticketCommands.watch(place, number, person.login ?? person.id), () => setAdding(false));
  const remove = useCommand(place, number, (person: PersonRef) => ticketCommands.unwatch(place, number, person.login ?? person.id));
  const watchers = data?.items ?? [];
  const watching = watchers.some((one) => one.id === me.id);
  return (
    <section className="sec">
      <h2>
        {t('ticket:watch.title')}
        <span className="push row none">
          <Button small className="low" busy={add.isPending || remove.isPending} off={whyNot(ticket, 'watch')} onClick={() => (watching ? remove.mutate(me) : add.mutate(me))}>
            {t(watching ? 'ticket:watch.stop' : 'ticket:watch.start')}
          </Button>
          <Button small tone="ghost" className="low" onClick={() => setAdding(!adding)} aria-expanded={adding} off={whyNot(ticket, 'watch')}>
            {t('ticket:watch.add')}
          </Button>
        </span>
      </h2>
      {watchers.length === 0 && !adding && <p className="meta">{t('ticket:watch.none')}</p>}
      <ul className="people">
        {watchers.map((one) => (
          <li key={one.id}>
            <span className="cut grow">{one.name}</span>
            <Button small icon tone="ghost" className="low" aria-label={t('ticket:watch.remove', { name: one.name })} onClick={() => remove.mutate(one)}>
              <IconX aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {adding && <RefPicker kind="people" label={t('ticket:watch.who')} hideLabel autoFocus value={null} onChange={(one) => one && add.mutate(one)} onEscape={() => setAdding(false)} />}
      {(add.error ?? remove.error) != null && <ErrorBanner error={add.error ?? remove.error} />}
    </section>
  );
}
