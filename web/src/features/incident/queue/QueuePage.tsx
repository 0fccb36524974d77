import '../texts';
import './queue.css';
import { CommandDialogs, type Command, type OpenCommand } from '@/features/ticket/commands/CommandDialogs';
import '@/features/ticket/conversation.css';
import { IconArrowUp, IconPlus, IconSearch } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { t } from '@/app/i18n';
import { useKeys } from '@/app/keys';
import { Link, useGo } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { useMe } from '@/app/session';
import { buttonClass } from '@/ui/Button';
import { useMedia, WIDE } from '@/ui/useMedia';
import { Empty, ErrorBanner, Skeleton } from '@/ui/States';
import { ApiError } from '@/api/client';
import { rememberQueue } from '../trail';
import { usePrefetch } from '../usePrefetch';
import { asked } from './condition';
import { MarkBar } from './MarkBar';
import { FilterBar } from './FilterBar';
import { Preview } from './Preview';
import { QueueFoot } from './QueueFoot';
import { QueueList } from './QueueList';
import { useQueue } from './useQueue';

/** The name of a queue that has one. */
function useName(q: string): string | undefined {
  const me = useMe();
  if (q === conditions.mine) return t('desk:queue.mine');
  if (q === conditions.unassigned) return t('desk:queue.unassigned');
  if (q === conditions.open) return t('desk:queue.open');
  if (q === conditions.resolved) return t('desk:queue.resolved');
  if (q === conditions.all) return t('incident:queue.all');
  return me.teams.find((team) => conditions.team(team.name) === q)?.name;
}

export function QueuePage() {
  const search = useSearch({ strict: false });
  const q = search.q ?? conditions.mine;
  const go = useGo();
  const name = useName(q);
  const title = name ?? t('incident:queue.search');
  const { pages, rows, count, waiting, showNew } = useQueue(q);
  const [marks, setMarks] = useState<{ q: string; set: ReadonlySet<string> }>({ q, set: new Set() });
  const marked = marks.q === q ? marks.set : new Set<string>();
  const [filterFocus, setFilterFocus] = useState(0);
  const [composer, setComposer] = useState<{ mode: 'reply' | 'note'; serial: number }>({ mode: 'reply', serial: 0 });
  const [command, setCommand] = useState<OpenCommand | null>(null);

  // Without room for the preview a click opens.
  const wide = useMedia(WIDE);
  const current = search.at ?? rows[0]?.number;
  const at = rows.findIndex((row) => row.number === current);
  usePrefetch([at, at + 1, at - 1].map((index) => rows[index]?.number));
  const pick = useCallback(
    (number: string) => go(`${paths.queue(q)}&at=${encodeURIComponent(number)}`, { replace: true }),
    [go, q],
  );
  const open = useCallback(
    (number: string) => {
      rememberQueue({ q, title, numbers: rows.map((row) => row.number) });
      go(paths.incident(number));
    },
    [go, q, title, rows],
  );
  const move = (step: number) => {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next) pick(next.number);
  };
  const mark = useCallback(
    (number: string | undefined) => {
      if (!number) return;
      setMarks((before) => {
        const next = new Set(before.q === q ? before.set : []);
        if (!next.delete(number)) next.add(number);
        return { q, set: next };
      });
    },
    [q],
  );
  const clearMarks = () => setMarks({ q, set: new Set() });
  const target = marked.size > 0 ? [...marked] : current ? [current] : [];
  const run = (name: Command) => target.length > 0 && setCommand({ name, numbers: target });
  const write = (mode: 'reply' | 'note') => {
    if (wide) setComposer(({ serial }) => ({ mode, serial: serial + 1 }));
    else if (current) open(current);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => current && open(current),
    x: () => mark(current),
    '/': () => setFilterFocus((n) => n + 1),
    r: () => write('reply'),
    n: () => write('note'),
    a: () => run('assign'),
    s: () => run('state'),
    p: () => run('priority'),
    Escape: clearMarks,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const badCondition = pages.error instanceof ApiError && [400, 422].includes(pages.error.status);
  return (
    <div className="queue">
      <main className="pane">
        <div className="bar">
          <div className="bar-title">
            <h1>{title}</h1>
            <span className="meta">
              {marked.size > 0 ? t('incident:queue.marked', { count: marked.size }) : count !== undefined && t('incident:queue.count', { count })}
            </span>
          </div>
          {marked.size > 0 && <MarkBar onRun={run} onClear={clearMarks} />}
          <span className="push" />
          <span aria-live="polite">
            {waiting.length > 0 && (
              <button type="button" className="fresh" onClick={() => void showNew()}>
                <IconArrowUp aria-hidden />
                {t('incident:queue.new', { count: waiting.length })}
              </button>
            )}
          </span>
          <Link className={buttonClass('default', true)} to={paths.newIncident()}>
            <IconPlus aria-hidden />
            {t('incident:queue.create')} <kbd>C</kbd>
          </Link>
        </div>
        <FilterBar q={q} error={pages.error} focusKey={filterFocus} onApply={(next) => go(paths.queue(next))} />
        {pages.isPending ? (
          <Skeleton rows={12} />
        ) : pages.isError && !badCondition ? (
          <div className="pad">
            <ErrorBanner error={pages.error} retry={() => void pages.refetch()} />
          </div>
        ) : rows.length === 0 ? (
          <NoRows q={q} name={name} bad={badCondition} />
        ) : (
          <QueueList rows={rows} total={count ?? rows.length} current={current} marked={marked} label={t('incident:queue.list', { title })} onPick={wide ? pick : open} onOpen={open} onMark={mark} onNearEnd={nearEnd} more={hasNextPage} />
        )}
        <QueueFoot />
      </main>
      {wide && current && rows.length > 0 && <Preview number={current} composer={composer} onOpen={open} onCommand={(name) => setCommand({ name, numbers: [current] })} onWrite={write} />}
      {command && <CommandDialogs kind="incident" command={command} onClose={() => setCommand(null)} onDone={clearMarks} />}
    </div>
  );
}

/** What is not there, in the words that were asked for. */
function nothing(q: string, name: string | undefined): string {
  if (name !== undefined) return t('incident:queue.emptyNamed', { name });
  const { open, words } = asked(q);
  return t(open ? 'incident:queue.emptyOpenWords' : 'incident:queue.emptyWords', { words });
}

function NoRows({ q, name, bad }: { q: string; name: string | undefined; bad: boolean }) {
  if (q === conditions.mine) {
    return (
      <Empty
        title={t('incident:queue.emptyMine')}
        actions={
          <Link className={buttonClass('primary')} to={paths.queue(conditions.unassigned)}>
            {t('incident:queue.seeUnassigned')}
          </Link>
        }
      >
        {t('incident:queue.emptyMineText')}
      </Empty>
    );
  }
  if (q === conditions.open) {
    return (
      <Empty
        title={t('incident:queue.emptyOpen')}
        actions={
          <Link className={buttonClass('primary')} to={paths.queue(conditions.all)}>
            {t('incident:queue.seeAll')}
          </Link>
        }
      >
        {t('incident:queue.emptyOpenText')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconSearch aria-hidden />}
      title={bad ? t('incident:queue.bad') : nothing(q, name)}
      actions={
        <>
          <Link className={buttonClass()} to={paths.queue(conditions.open)}>
            {t('incident:queue.seeOpen')}
          </Link>
          <Link className={buttonClass('ghost')} to={paths.queue(conditions.all)}>
            {t('incident:queue.seeAll')}
          </Link>
        </>
      }
    />
  );
}
