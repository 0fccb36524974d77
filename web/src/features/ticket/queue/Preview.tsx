// The right column of the queue: one ticket at a glance, and the composer.
import { IconArrowRight } from '@tabler/icons-react';
import { useFields } from '@/api/fields';
import { useTicket, useTicketNews } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { own, t } from '@/app/i18n';
import { Link } from '@/app/links';
import type { Kind, Listed } from '@/app/records';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { PriorityTag, StateTag } from '@/ui/Tags';
import { moment } from '@/ui/time';
import type { Command } from '../commands/CommandDialogs';
import { Docked } from '../Docked';
import { Timeline } from '../Timeline';
import { useStory } from '../useStory';
import { useTail } from '../useTail';
import { hasField } from '../values';

type Props = {
  at: Listed;
  number: string;
  composer: { mode: 'reply' | 'note'; serial: number };
  onOpen: (number: string) => void;
  onCommand: (name: Command) => void;
  onWrite: (mode: 'reply' | 'note') => void;
};

export function Preview({ at, number, composer, onOpen, onCommand, onWrite }: Props) {
  const { data: ticket, error, refetch } = useTicket(at.place, number);
  const story = useStory(at.place, number, ticket);
  const tail = useTail(number, story.items.length);
  useTicketNews(at.place, number);
  return (
    <section className="pane pv" aria-label={t('ticket:preview.label', { number })}>
      {error && (
        <div className="pad">
          <ErrorBanner error={error} retry={() => void refetch()} />
        </div>
      )}
      {!ticket && !error && <Skeleton rows={4} />}
      {ticket && (
        <>
          <div className="pv-h">
            <div className="row">
              <PriorityTag priority={ticket.priority} />
              <Link className="mono" to={at.page(number)}>
                {number}
              </Link>
              <StateTag state={ticket.state} reason={ticket.on_hold_reason} />
              <span className="push row tight">
                <Button small tone="ghost" onClick={() => onCommand('state')}>
                  {t('ticket:preview.state')}
                </Button>
                <Button small onClick={() => onOpen(number)}>
                  {t('ticket:preview.open')}
                  <IconArrowRight aria-hidden />
                </Button>
              </span>
            </div>
            <h2>{ticket.short_description}</h2>
            <Facts kind={at.kind} ticket={ticket} />
          </div>
          <div className="conv" {...tail} tabIndex={0} role="region" aria-label={t('ticket:timeline.label')}>
            <Timeline ticket={ticket} items={story.items} show="all" brief />
          </div>
          <Docked key={number} ticket={ticket} wanted={composer} small onWrite={onWrite} />
        </>
      )}
    </section>
  );
}

function Facts({ kind, ticket }: { kind: Kind; ticket: Ticket }) {
  const me = useMe();
  const fields = useFields(kind);
  const assigned = ticket.assigned_to
    ? ticket.assigned_to.id === me.id
      ? t('ticket:preview.you', { name: ticket.assigned_to.name })
      : ticket.assigned_to.name
    : t('ticket:preview.nobody');
  const facts: [string, string | null | undefined][] = [
    ['caller', ticket.caller?.name],
    ['assigned_to', assigned],
    ['assignment_group', ticket.assignment_group?.name],
    ['category', [ticket.category, ticket.subcategory].filter(Boolean).join(', ')],
    ['service', ticket.service?.name],
    ['opened_at', moment(ticket.opened_at)],
  ];
  return (
    <dl className="facts4">
      {facts.filter(([name]) => hasField(fields, name)).map(([name, value]) => (
        <div key={name}>
          <dt>{t(own(kind, `short.${name}`))}</dt>
          <dd>{value || <span className="dim">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
