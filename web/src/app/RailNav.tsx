// What the rail lists: the queues of the kind one is at, then the places of the desk, the other kinds among them.
import { IconAddressBook, IconBook2, IconLayoutGrid, IconStack2, IconUsers } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { t } from './i18n';
import { NavRow } from './NavRow';
import { paths } from './paths';
import { QueueNav } from './QueueNav';
import { kindAt, LISTED } from './records';

/** `small` shows icons alone; `onGo` is called when a link is followed. */
export function RailNav({ small, onGo }: { small: boolean; onGo?: () => void }) {
  const { pathname } = useLocation();
  const at = kindAt(pathname);
  const kinds = LISTED.filter(({ kind }) => kind !== at.kind).map(({ kind, queue }) => ({ to: queue(), label: t(`desk:kind.${kind}.name`), Icon: IconStack2 }));
  const places = [
    ...kinds,
    { to: paths.people(), label: t('desk:place.people'), Icon: IconAddressBook },
    { to: paths.teams(), label: t('desk:place.teams'), Icon: IconUsers },
    { to: paths.permissions(), label: t('desk:place.permissions'), Icon: IconLayoutGrid },
  ];
  return (
    <div className="nav">
      <QueueNav key={at.kind} at={at} small={small} onGo={onGo} />
      {small ? <hr className="nav-gap" /> : <div className="nav-h">{t('desk:place.title')}</div>}
      {places.map((place) => (
        <NavRow key={place.to} {...place} small={small} current={pathname.startsWith(place.to)} onGo={onGo} />
      ))}
      <a href="/api/docs" aria-label={small ? t('desk:place.api') : undefined} title={small ? t('desk:place.api') : undefined}>
        <IconBook2 aria-hidden />
        {!small && <span className="cut">{t('desk:place.api')}</span>}
      </a>
    </div>
  );
}
