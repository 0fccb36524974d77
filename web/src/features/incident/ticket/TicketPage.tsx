import '../texts';
import '@/features/ticket/conversation.css';
import '@/features/ticket/ticket.css';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { PLACE, useIncident } from '@/api/incidents';
import { useTicketNews } from '@/api/tickets';
import { t } from '@/app/i18n';
import { useKeys } from '@/app/keys';
import { useGo } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { ApiError } from '@/api/client';
import { NotFound } from '@/app/RouteError';
import { SMALL, useMedia } from '@/ui/useMedia';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { CommandDialogs, type OpenCommand } from '../commands/CommandDialogs';
import { currentTrail, neighbours } from '../trail';
import { usePrefetch } from '../usePrefetch';
import { Aside } from './Aside';
import { Docked } from '@/features/ticket/Docked';
import { StoryFilter } from '@/features/ticket/StoryFilter';
import { TicketHeader } from './TicketHeader';
import { Timeline } from '@/features/ticket/Timeline';
import type { Show } from '@/features/ticket/story';
import { TicketSkeleton } from '@/features/ticket/TicketSkeleton';
import { useStory } from '@/features/ticket/useStory';
import { useTail } from '@/features/ticket/useTail';

export function TicketPage() {
  const { number = '' } = useParams({ strict: false });
  return <Ticket key={number} number={number} />;
}

function Ticket({ number }: { number: string }) {
  const { data: incident, error, refetch } = useIncident(number);
  const story = useStory(PLACE, number, incident);
  const tail = useTail(number, story.items.length);
  const [show, setShow] = useState<Show>('all');
  const [command, setCommand] = useState<OpenCommand | null>(null);
  const [composer, setComposer] = useState<{ mode: 'reply' | 'note'; serial: number }>({ mode: 'reply', serial: 0 });
  // Without room beside the story the details are a view of their own.
  const narrow = useMedia(SMALL);
  const [info, setInfo] = useState(false);
  const details = narrow && info;
  const go = useGo();
  useTicketNews(PLACE, number);
  const trail = currentTrail();
  const near = neighbours(trail, number);
  usePrefetch([near?.after, near?.before]);
  const run = (kind: OpenCommand['kind'], action?: string) => setCommand({ kind, numbers: [number], action });
  const write = (mode: 'reply' | 'note') => {
    setInfo(false);
    setComposer(({ serial }) => ({ mode, serial: serial + 1 }));
  };
  useKeys(
    {
      r: () => write('reply'),
      n: () => write('note'),
      a: () => run('assign'),
      s: () => run('state'),
      p: () => run('priority'),
      j: () => near?.after && go(paths.incident(near.after)),
      k: () => near?.before && go(paths.incident(near.before)),
      Escape: () => go(paths.queue(trail?.q ?? conditions.open)),
    },
    command === null,
  );

  if (error && !incident) {
    if (error instanceof ApiError && error.status === 404) return <NotFound />;
    return (
      <main className="pane pad">
        <ErrorBanner error={error} retry={() => void refetch()} />
      </main>
    );
  }
  return (
    <div className="ticket">
      <main className="pane">
        {!incident ? (
          <TicketSkeleton />
        ) : (
          <>
            <title>{`${number} ${incident.short_description} · ${t('common:product')}`}</title>
            <TicketHeader incident={incident} trail={trail} near={near} onCommand={run} />
            <StoryFilter items={story.items} show={details ? null : show} onShow={(next) => {
                setShow(next);
                setInfo(false);
              }} onDetails={narrow ? () => setInfo(true) : undefined} />
            {details && <Aside incident={incident} onCommand={run} />}
            <div className="tl" hidden={details} {...tail} tabIndex={0} role="region" aria-label={t('ticket:timeline.label')}>
              {story.pending && <Skeleton rows={4} />}
              {story.error && <ErrorBanner error={story.error} retry={story.refetch} />}
              {story.ready && <Timeline ticket={incident} items={story.items} show={show} />}
            </div>
            <div className="docked" hidden={details}>
              <Docked ticket={incident} wanted={composer} onWrite={write} />
            </div>
          </>
        )}
      </main>
      {!narrow && (incident ? <Aside incident={incident} onCommand={run} /> : <div className="pane"><Skeleton rows={5} /></div>)}
      {command && <CommandDialogs command={command} onClose={() => setCommand(null)} />}
    </div>
  );
}
