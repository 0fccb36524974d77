// The rail: queues with their counts, the places of the desk, who is signed in.
import {
  IconAddressBook,
  IconBook2,
  IconCircleCheck,
  IconHeadset,
  IconInbox,
  IconKey,
  IconLayoutGrid,
  IconKeyboard,
  IconSearch,
  IconStack2,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useQueueCounts } from '@/api/incidents';
import { Bell } from '@/features/notification/Bell';
import { Avatar } from '@/ui/Tags';
import { Button } from '@/ui/Button';
import { t } from './i18n';
import { Link, useGo } from './links';
import { useKeys } from './keys';
import { conditions, paths } from './paths';
import { useMe } from './session';

type Place = { to: string; label: string; Icon: ComponentType<{ 'aria-hidden'?: boolean }>; q?: string };

/** The event that asks the queue to put the cursor into its filter. */
export const FIND_EVENT = 'steward:find';

export function Rail({ small, onKeys }: { small: boolean; onKeys: () => void }) {
  const me = useMe();
  const go = useGo();
  const { pathname, search } = useLocation();
  const here = (search as { q?: string }).q;
  const queues: Place[] = [
    { q: conditions.mine, label: t('desk:queue.mine'), Icon: IconUser },
    { q: conditions.unassigned, label: t('desk:queue.unassigned'), Icon: IconInbox },
    { q: conditions.open, label: t('desk:queue.open'), Icon: IconStack2 },
    { q: conditions.resolved, label: t('desk:queue.resolved'), Icon: IconCircleCheck },
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
  const counts = useQueueCounts([...queues, ...teams].map((queue) => queue.q ?? ''), !small);

  const find = () => {
    if (pathname === '/queue') window.dispatchEvent(new Event(FIND_EVENT));
    else {
      go(paths.queue(conditions.open));
      // The queue is not on screen yet; it looks for the wish when it comes.
      setTimeout(() => window.dispatchEvent(new Event(FIND_EVENT)), 300);
    }
  };
  useKeys({ 'ctrl+k': find });

  const row = (place: Place) => {
    const current = place.q === undefined ? pathname.startsWith(place.to) : pathname === '/queue' && here === place.q;
    const count = place.q === undefined ? undefined : counts[place.q];
    return (
      <Link key={place.to} to={place.to} aria-current={current ? 'page' : undefined} aria-label={small ? place.label : undefined} title={small ? place.label : undefined}>
        <place.Icon aria-hidden />
        {!small && (
          <>
            <span className="cut">{place.label}</span>
            <span className="n">
              {count ?? ''}
              {count !== undefined && <span className="vh"> {t('desk:queue.openCount')}</span>}
            </span>
          </>
        )}
      </Link>
    );
  };

  return (
    <nav className={`rail${small ? ' min' : ''}`} aria-label={t('desk:main')}>
      <Link className="brand quiet" to={paths.queue()} aria-label={t('common:product')}>
        <span className="mark">
          <IconKey aria-hidden />
        </span>
        {!small && t('common:product')}
      </Link>
      {small ? (
        <Button tone="ghost" icon className="railfind" aria-label={t('desk:find')} onClick={find}>
          <IconSearch aria-hidden />
        </Button>
      ) : (
        <button type="button" className="seek" onClick={find}>
          <IconSearch aria-hidden />
          <span className="grow start">{t('desk:find')}</span>
          <kbd>Ctrl K</kbd>
        </button>
      )}
      <div className="nav">
        {!small && (
          <div className="nav-h">
            {t('desk:queue.title')}
          </div>
        )}
        {queues.map(row)}
        {teams.length > 0 && !small && <div className="nav-h">{t('desk:queue.teams')}</div>}
        {!small && teams.map(row)}
        {!small && <div className="nav-h">{t('desk:place.title')}</div>}
        {places.map(row)}
        <a href="/api/docs" aria-label={small ? t('desk:place.api') : undefined} title={small ? t('desk:place.api') : undefined}>
          <IconBook2 aria-hidden />
          {!small && <span className="cut">{t('desk:place.api')}</span>}
        </a>
      </div>
      <div className="who">
        <Link to={paths.account()} className="quiet whoami">
          <Avatar name={me.name} me />
          <span className="vh">{t('desk:place.account')} </span>
          <span className={small ? 'vh' : 'grow cut mid'}>{me.name}</span>
        </Link>
        <Bell />
        {!small && (
          <Button tone="ghost" small icon aria-label={t('desk:keys.title')} onClick={onKeys}>
            <IconKeyboard aria-hidden />
          </Button>
        )}
      </div>
    </nav>
  );
}
