// The queue of one kind of tickets: list, condition, preview, and what can be done with the rows by key.
import './queue.css';
import '../conversation.css';
import { IconArrowUp, IconPlus } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { own, t } from '@/app/i18n';
import { useKeys } from '@/app/keys';
import { Link, useGo } from '@/app/links';
import { conditions } from '@/app/paths';
import type { Listed } from '@/app/records';
import { buttonClass } from '@/ui/Button';
import { useMedia, WIDE } from '@/ui/useMedia';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { ApiError } from '@/api/client';
import { CommandDialogs, type Command, type OpenCommand } from '../commands/CommandDialogs';
import { rememberQueue } from '../trail';
import { usePrefetch } from '../usePrefetch';
import { FilterBar } from './FilterBar';
import { MarkBar } from './MarkBar';
import { NoRows } from './NoRows';
import { Preview } from './Preview';
import { QueueFoot } from './QueueFoot';
import { QueueList } from './QueueList';
import { useQueue } from './useQueue';
import { useQueueName } from './useQueueName';

type Props = {
  at: Listed;
  /** Loads the page that shows one, before one asks for it. */
  load: () => Promise<unknown>;
};

export function QueueView({ at, load }: Props) {
  const search = useSearch({ strict: false });
  const q = search.q ?? conditions.mine;
  const go = useGo();
  const name = useQueueName(at.kind, q);
  const title = name ?? t('ticket:queue.search');
  const { pages, rows, count, waiting, showNew } = useQueue(at, q);
  const [marks, setMarks] = useState<{ q: string; set: ReadonlySet<string> }>({ q, set: new Set() });
  const marked = marks.q === q ? marks.set : new Set<string>();
  const [filterFocus, setFilterFocus] = useState(0);
  const [composer, setComposer] = useState<{ mode: 'reply' | 'note'; serial: number }>({ mode: 'reply', serial: 0 });
  const [command, setCommand] = useState<OpenCommand | null>(null);

  // Without room for the preview a click opens.
  const wide = useMedia(WIDE);
  const current = search.at ?? rows[0]?.number;
  const index = rows.findIndex((row) => row.number === current);
  usePrefetch(at, [index, index + 1, index - 1].map((one) => rows[one]?.number), load);
  const pick = useCallback(
    (number: string) => go(`${at.queue(q)}&at=${encodeURIComponent(number)}`, { replace: true }),
    [at, go, q],
  );
  const open = useCallback(
    (number: string) => {
      rememberQueue({ kind: at.kind, q, title, numbers: rows.map((row) => row.number) });
      go(at.page(number));
    },
    [at, go, q, title, rows],
  );
  const move = (step: number) => {
    const next = rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
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
              {marked.size > 0 ? t('ticket:queue.marked', { count: marked.size }) : count !== undefined && t(own(at.kind, 'queue.count'), { count })}
            </span>
          </div>
          {marked.size > 0 && <MarkBar onRun={run} onClear={clearMarks} />}
          <span className="push" />
          <span aria-live="polite">
            {waiting.length > 0 && (
              <button type="button" className="fresh" onClick={() => void showNew()}>
                <IconArrowUp aria-hidden />
                {t('ticket:queue.new', { count: waiting.length })}
              </button>
            )}
          </span>
          {at.create && (
            <Link className={buttonClass('default', true)} to={at.create()}>
              <IconPlus aria-hidden />
              {t(own(at.kind, 'queue.create'))} <kbd>C</kbd>
            </Link>
          )}
        </div>
        <FilterBar kind={at.kind} q={q} error={pages.error} focusKey={filterFocus} onApply={(next) => go(at.queue(next))} />
        {pages.isPending ? (
          <Skeleton rows={12} />
        ) : pages.isError && !badCondition ? (
          <div className="pad">
            <ErrorBanner error={pages.error} retry={() => void pages.refetch()} />
          </div>
        ) : rows.length === 0 ? (
          <NoRows at={at} q={q} name={name} bad={badCondition} />
        ) : (
          <QueueList page={at.page} rows={rows} total={count ?? rows.length} current={current} marked={marked} label={t(own(at.kind, 'queue.list'), { title })} onPick={wide ? pick : open} onOpen={open} onMark={mark} onNearEnd={nearEnd} more={hasNextPage} />
        )}
        <QueueFoot />
      </main>
      {wide && current && rows.length > 0 && <Preview at={at} number={current} composer={composer} onOpen={open} onCommand={(name) => setCommand({ name, numbers: [current] })} onWrite={write} />}
      {command && <CommandDialogs kind={at.kind} command={command} onClose={() => setCommand(null)} onDone={clearMarks} />}
    </div>
  );
}
