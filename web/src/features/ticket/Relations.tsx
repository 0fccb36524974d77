import { NativeSelect, TextInput } from '@/ui/inputs';
import { IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { whyNot } from '@/api/actions';
import { ticketCommands, useCommand, useRelations } from '@/api/tickets';
import type { Relation, Ticket } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { RecordLink } from '@/app/RecordLink';
import { kindOf } from '@/app/records';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { splitErrors } from '@/ui/form';

const TYPES = ['related_to', 'caused_by', 'blocked_by', 'follows'];

export function Relations({ ticket, children }: { ticket: Ticket; children?: ReactNode }) {
  const { number } = ticket;
  const { place } = kindOf(ticket);
  const { data } = useRelations(place, number);
  const [adding, setAdding] = useState(false);
  const [type, setType] = useState('related_to');
  const [to, setTo] = useState('');
  const add = useCommand(place, number, () => ticketCommands.relate(place, number, { type, to: to.trim() }), () => {
    setAdding(false);
    setTo('');
  });
  const remove = useCommand(place, number, (one: Relation) => ticketCommands.unrelate(place, number, one));
  const { byField, rest } = splitErrors(add.error, ['type', 'to'], 'ticket');
  const relations = data?.items ?? [];
  return (
    <section className="sec">
      <h2>
        {t('ticket:relation.title')}
        <Button small className="low push" onClick={() => setAdding(!adding)} aria-expanded={adding} off={whyNot(ticket, 'relate')}>
          {t('ticket:relation.add')}
        </Button>
        {children}
      </h2>
      {relations.length === 0 && !adding && <p className="meta">{t('ticket:relation.none')}</p>}
      <ul className="people">
        {relations.map((one) => {
          const mine = one.from.id === ticket.id;
          const other = mine ? one.to : one.from;
          return (
            <li key={one.id}>
              <span className="meta">{tOr(`ticket:relation.${mine ? '' : 'rev_'}${one.type}`, one.type)}</span>
              <span className="cut grow">
                <RecordLink record={other} />
              </span>
              <Button small icon tone="ghost" className="low" aria-label={t('ticket:relation.remove', { name: other.number ?? other.name })} onClick={() => remove.mutate(one)}>
                <IconX aria-hidden />
              </Button>
            </li>
          );
        })}
      </ul>
      {adding && (
        <form
          className="form tight"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <div className="two">
            <NativeSelect label={t('ticket:relation.type')} value={type} error={byField.type} onChange={(e) => setType(e.currentTarget.value)} data={TYPES.map((value) => ({ value, label: t(`ticket:relation.${value}`) }))} />
            <TextInput label={t('ticket:relation.number')} autoFocus value={to} error={byField.to} onChange={(e) => setTo(e.currentTarget.value)} />
          </div>
          {rest != null && <ErrorBanner error={rest} />}
          <div className="end">
            <Button small type="submit" busy={add.isPending}>
              {t('ticket:relation.save')}
            </Button>
            <Button small tone="ghost" onClick={() => setAdding(false)}>
              {t('common:cancel')}
            </Button>
          </div>
        </form>
      )}
      {remove.error != null && <ErrorBanner error={remove.error} />}
    </section>
  );
}
