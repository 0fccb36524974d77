// The page of one ticket: header, story and composer, details beside them. A kind gives its details.
import './conversation.css';
import './ticket.css';
import { useState, type ComponentType } from 'react';
import { ApiError } from '@/api/client';
import { useTicket, useTicketNews } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { useKeys } from '@/app/keys';
import { useGo } from '@/app/links';
import { conditions } from '@/app/paths';
import type { Listed } from '@/app/records';
import { NotFound } from '@/app/RouteError';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { SMALL, useMedia } from '@/ui/useMedia';
import { CommandDialogs, type OpenCommand, type Run } from './commands/CommandDialogs';
import { Docked } from './Docked';
import { StoryFilter } from './StoryFilter';
import { TicketHeader } from './TicketHeader';
import { TicketSkeleton } from './TicketSkeleton';
import { Timeline } from './Timeline';
import type { Mode } from './draft';
import type { Show } from './story';
import { currentTrail, neighbours } from './trail';
import { usePrefetch } from './usePrefetch';
import { useStory } from './useStory';
import { useTail } from './useTail';

export type AsideProps<T extends Ticket> = { ticket: T; onCommand: Run };

type Props<T extends Ticket> = {
  at: Listed;
  number: string;
  /** The column of details. */
  Aside: ComponentType<AsideProps<T>>;
};

export function TicketView<T extends Ticket>({ at, number, Aside }: Props<T>) {
  const { kind, place } = at;
  const { data: ticket, error, refetch } = useTicket<T>(place, number);
  const story = useStory(place, number, ticket);
  const tail = useTail(number, story.items.length);
  const [show, setShow] = useState<Show>('all');
  const [composer, setComposer] = useState<{ mode: Mode; serial: number }>({ mode: 'reply', serial: 0 });
  // Without room beside the story the details are a view of their own.
  const narrow = useMedia(SMALL);
  const [info, setInfo] = useState(false);
  const details = narrow && info;
  useTicketNews(place, number);
  const write = (mode: Mode) => {
    setInfo(false);
    setComposer(({ serial }) => ({ mode, serial: serial + 1 }));
  };
  const [command, setCommand] = useState<OpenCommand | null>(null);
  const run: Run = (name, action) => setCommand({ name, numbers: [number], action });
  const go = useGo();
  const trail = currentTrail(kind);
  const near = neighbours(trail, number);
  usePrefetch(at, [near?.after, near?.before]);
  useKeys(
    {
      r: () => write('reply'),
      n: () => write('note'),
      a: () => run('assign'),
      s: () => run('state'),
      p: () => run('priority'),
      j: () => near?.after && go(at.page(near.after)),
      k: () => near?.before && go(at.page(near.before)),
      Escape: () => go(at.queue(trail?.q ?? conditions.open)),
    },
    // None works while a dialog is open.
    command === null,
  );

  // That the server does not answer, the desk says once; the story that is there goes on being read.
  const lost = story.error instanceof ApiError && story.error.status === 0;

  if (error && !ticket) {
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
        {!ticket ? (
          <TicketSkeleton />
        ) : (
          <>
            <title>{`${number} ${ticket.short_description} · ${t('common:product')}`}</title>
            <TicketHeader at={at} ticket={ticket} trail={trail} near={near} onCommand={run} />
            <StoryFilter items={story.items} show={details ? null : show} onShow={(next) => {
                setShow(next);
                setInfo(false);
              }} onDetails={narrow ? () => setInfo(true) : undefined} />
            {details && <Aside ticket={ticket} onCommand={run} />}
            <div className="tl" hidden={details} {...tail} tabIndex={0} role="region" aria-label={t('ticket:timeline.label')}>
              {story.pending && <Skeleton rows={4} />}
              {story.error && !(story.ready && lost) && <ErrorBanner error={story.error} retry={story.refetch} />}
              {story.ready && <Timeline ticket={ticket} items={story.items} show={show} />}
            </div>
            <div className="docked" hidden={details}>
              <Docked ticket={ticket} wanted={composer} onWrite={write} />
            </div>
          </>
        )}
      </main>
      {!narrow && (ticket ? <Aside ticket={ticket} onCommand={run} /> : <div className="pane"><Skeleton rows={5} /></div>)}
      {command && <CommandDialogs kind={kind} command={command} onClose={() => setCommand(null)} />}
    </div>
  );
}
