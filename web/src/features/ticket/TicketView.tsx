// The page of one ticket: header, story and composer, details beside them. A kind gives its header, details and keys.
import './conversation.css';
import './ticket.css';
import { useState, type ReactNode } from 'react';
import { ApiError } from '@/api/client';
import { useTicketNews } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { useKeys, type KeyMap } from '@/app/keys';
import type { Place } from '@/app/records';
import { NotFound } from '@/app/RouteError';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { SMALL, useMedia } from '@/ui/useMedia';
import { Docked } from './Docked';
import { StoryFilter } from './StoryFilter';
import { TicketSkeleton } from './TicketSkeleton';
import { Timeline } from './Timeline';
import type { Mode } from './draft';
import type { Show } from './story';
import { useStory } from './useStory';
import { useTail } from './useTail';

type Props = {
  place: Place;
  number: string;
  /** How it is read; `data` is undefined until it is there. */
  query: { data: Ticket | undefined; error: unknown; refetch: () => unknown };
  header: ReactNode;
  aside: ReactNode;
  /** Keys beside those of the composer; none works while `busy`, when a dialog is open. */
  keys: KeyMap;
  busy: boolean;
  /** The dialogs of the kind. */
  children?: ReactNode;
};

export function TicketView({ place, number, query, header, aside, keys, busy, children }: Props) {
  const { data: ticket, error, refetch } = query;
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
  useKeys({ r: () => write('reply'), n: () => write('note'), ...keys }, !busy);

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
            {header}
            <StoryFilter items={story.items} show={details ? null : show} onShow={(next) => {
                setShow(next);
                setInfo(false);
              }} onDetails={narrow ? () => setInfo(true) : undefined} />
            {details && aside}
            <div className="tl" hidden={details} {...tail} tabIndex={0} role="region" aria-label={t('ticket:timeline.label')}>
              {story.pending && <Skeleton rows={4} />}
              {story.error && <ErrorBanner error={story.error} retry={story.refetch} />}
              {story.ready && <Timeline ticket={ticket} items={story.items} show={show} />}
            </div>
            <div className="docked" hidden={details}>
              <Docked ticket={ticket} wanted={composer} onWrite={write} />
            </div>
          </>
        )}
      </main>
      {!narrow && (ticket ? aside : <div className="pane"><Skeleton rows={5} /></div>)}
      {children}
    </div>
  );
}
