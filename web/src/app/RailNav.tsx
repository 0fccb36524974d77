// What the rail lists: queues with their counts, teams, the places of the desk.
import {
  IconAddressBook,
  IconArchive,
  IconBook2,
  IconCircleCheck,
  IconHeadset,
  IconInbox,
  IconLayoutGrid,
  IconStack2,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useQueueCounts } from '@/api/ticketLists';
import { number } from './format';
import { t } from './i18n';
import { Link } from './links';
import { conditions, paths } from './paths';
import { aboutKind } from './records';
import { useMe } from './session';

type Place = { to: string; label: string; Icon: ComponentType<{ 'aria-hidden'?: boolean }>; q?: string };

/** `small` shows icons alone; `onGo` is called when a link is followed. */
export function RailNav({ small, onGo }: { small: boolean; onGo?: () => void }) {
  const me = useMe();
  const { pathname, search } = useLocation();
  const here = (search as { q?: string }).q;
  const queues: Place[] = [
    { q: conditions.mine, label: t('desk:queue.mine'), Icon: IconUser },
    { q: conditions.unassigned, label: t('desk:queue.unassigned'), Icon: IconInbox },
    { q: conditions.open, label: t('desk:queue.open'), Icon: IconStack2 },
    { q: conditions.resolved, label: t('desk:queue.resolved'), Icon: IconCircleCheck },
    { q: conditions.all, label: t('desk:queue.all'), Icon: IconArchive },
  ].map((queue) => ({ ...queue, to: paths.queue(queue.q) }));
  const teams: Place[] = me.teams.map((team) => {
    const q = conditions.team(team.name);
    return { q, to: paths.queue(q), label: team.name, Icon: IconHeadset };
  });
  const places: Place[] = [
    { to: paths.people(), label: t('desk:place.people'), Icon: IconAddressBook },
    { to: paths.teams(), label: t('desk:place.teams'), Icon: IconUsers },
    { to: paths.permissions(), label: t('desk:place.permissions'), Icon: IconLayoutGrid },
  ];
  const counts = useQueueCounts(aboutKind('incident'), [...queues, ...teams].map((queue) => queue.q ?? ''), !small);

  const row = (place: Place) => {
    const current = place.q === undefined ? pathname.startsWith(place.to) : pathname === '/queue' && here === place.q;
    const count = place.q === undefined ? undefined : counts[place.q];
    return (
      <Link key={place.to} to={place.to} onClick={onGo} aria-current={current ? 'page' : undefined} aria-label={small ? place.label : undefined} title={small ? place.label : undefined}>
        <place.Icon aria-hidden />
        {!small && (
          <>
            <span className="cut">{place.label}</span>
            <span className="n">
              {count === undefined ? '' : number(count)}
              {count !== undefined && <span className="vh"> {t('desk:queue.openCount')}</span>}
            </span>
          </>
        )}
      </Link>
    );
  };
  const head = (key: string) => (small ? <hr className="nav-gap" /> : <div className="nav-h">{t(key)}</div>);

  return (
    <div className="nav">
      {!small && <div className="nav-h">{t('desk:queue.title')}</div>}
      {queues.map(row)}
      {teams.length > 0 && !small && head('desk:queue.teams')}
      {!small && teams.map(row)}
      {head('desk:place.title')}
      {places.map(row)}
      <a href="/api/docs" aria-label={small ? t('desk:place.api') : undefined} title={small ? t('desk:place.api') : undefined}>
        <IconBook2 aria-hidden />
        {!small && <span className="cut">{t('desk:place.api')}</span>}
      </a>
    </div>
  );
}
