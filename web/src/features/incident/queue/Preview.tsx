// The right column of the queue: one incident at a glance, and the composer.
import { IconArrowRight } from '@tabler/icons-react';
import { PLACE, useIncident } from '@/api/incidents';
import { useTicketNews } from '@/api/tickets';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session';
import type { Command } from '@/features/ticket/commands/CommandDialogs';
import { Docked } from '@/features/ticket/Docked';
import { Timeline } from '@/features/ticket/Timeline';
import { useStory } from '@/features/ticket/useStory';
import { useTail } from '@/features/ticket/useTail';
import { Button } from '@/ui/Button';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { PriorityTag, StateTag } from '@/ui/Tags';
import { moment } from '@/ui/time';

type Props = {
  number: string;
  composer: { mode: 'reply' | 'note'; serial: number };
  onOpen: (number: string) => void;
  onCommand: (name: Command) => void;
  onWrite: (mode: 'reply' | 'note') => void;
};

export function Preview({ number, composer, onOpen, onCommand, onWrite }: Props) {
  const { data: incident, error, refetch } = useIncident(number);
  const story = useStory(PLACE, number, incident);
  const tail = useTail(number, story.items.length);
  useTicketNews(PLACE, number);
  return (
    <section className="pane pv" aria-label={t('incident:preview.label', { number })}>
      {error && (
        <div className="pad">
          <ErrorBanner error={error} retry={() => void refetch()} />
        </div>
      )}
      {!incident && !error && <Skeleton rows={4} />}
      {incident && (
        <>
          <div className="pv-h">
            <div className="row">
              <PriorityTag priority={incident.priority} />
              <Link className="mono" to={paths.incident(number)}>
                {number}
              </Link>
              <StateTag state={incident.state} reason={incident.on_hold_reason} />
              <span className="push row tight">
                <Button small tone="ghost" onClick={() => onCommand('state')}>
                  {t('incident:preview.state')}
                </Button>
                <Button small onClick={() => onOpen(number)}>
                  {t('incident:preview.open')}
                  <IconArrowRight aria-hidden />
                </Button>
              </span>
            </div>
            <h2>{incident.short_description}</h2>
            <Facts incident={incident} />
          </div>
          <div className="conv" {...tail} tabIndex={0} role="region" aria-label={t('ticket:timeline.label')}>
            <Timeline ticket={incident} items={story.items} show="all" brief />
          </div>
          <Docked key={number} ticket={incident} wanted={composer} small onWrite={onWrite} />
        </>
      )}
    </section>
  );
}

function Facts({ incident }: { incident: Incident }) {
  const me = useMe();
  const assigned = incident.assigned_to
    ? incident.assigned_to.id === me.id
      ? t('incident:preview.you', { name: incident.assigned_to.name })
      : incident.assigned_to.name
    : t('incident:preview.nobody');
  const facts: [string, string | null | undefined][] = [
    ['caller', incident.caller?.name],
    ['assigned_to', assigned],
    ['assignment_group', incident.assignment_group?.name],
    ['category', [incident.category, incident.subcategory].filter(Boolean).join(', ')],
    ['service', incident.service?.name],
    ['opened_at', moment(incident.opened_at)],
  ];
  return (
    <dl className="facts4">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`incident:short.${name}`)}</dt>
          <dd>{value || <span className="dim">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
