// The queues of one kind with their counts, and those of one's own teams.
import { IconArchive, IconCircleCheck, IconHeadset, IconInbox, IconStack2, IconUser } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useQueueCounts } from '@/api/ticketLists';
import { number } from './format';
import { t } from './i18n';
import { NavRow } from './NavRow';
import { conditions } from './paths';
import { isQueue, isRecordPage, type Listed } from './records';
import { useMe } from './session';
import { currentTrail } from '@/features/ticket/trail';

type Queue = { q: string; label: string; Icon: ComponentType<{ 'aria-hidden'?: boolean }> };

export function QueueNav({ at, small, onGo }: { at: Listed; small: boolean; onGo?: () => void }) {
  const me = useMe();
  const { pathname, search } = useLocation();
  // A ticket belongs to the queue one came from; who came by its address came from none.
  const onTicket = isRecordPage(pathname) ? currentTrail(at.kind)?.q : undefined;
  const here = isQueue(pathname, at) ? (search as { q?: string }).q : onTicket;
  const queues: Queue[] = [
    { q: conditions.mine, label: t('desk:queue.mine'), Icon: IconUser },
    { q: conditions.unassigned, label: t('desk:queue.unassigned'), Icon: IconInbox },
    { q: conditions.open, label: t('desk:queue.open'), Icon: IconStack2 },
    { q: conditions.resolved, label: t('desk:queue.resolved'), Icon: IconCircleCheck },
    { q: conditions.all, label: t('desk:queue.all'), Icon: IconArchive },
  ];
  const teams: Queue[] = me.teams.map((team) => ({ q: conditions.team(team.name), label: team.name, Icon: IconHeadset }));
  const counts = useQueueCounts(at, [...queues, ...teams].map(({ q }) => q), !small);
  const row = ({ q, label, Icon }: Queue) => {
    const count = counts[q];
    return (
      <NavRow key={q} to={at.queue(q)} label={label} Icon={Icon} small={small} current={here === q} onGo={onGo}>
        {count !== undefined && (
          <>
            {number(count)}
            <span className="vh"> {t(`desk:kind.${at.kind}.counted`)}</span>
          </>
        )}
      </NavRow>
    );
  };
  return (
    <>
      {!small && <div className="nav-h">{t('desk:queue.title')}</div>}
      {queues.map(row)}
      {teams.length > 0 && !small && <div className="nav-h">{t('desk:queue.teams')}</div>}
      {!small && teams.map(row)}
    </>
  );
}
