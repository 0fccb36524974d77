import { IconChevronRight, IconCircleCheck, IconMessage2, IconMessagePlus } from '@tabler/icons-react';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session';
import { Button, buttonClass } from '@/ui/Button';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { useMine } from './useMine';
import { firstName } from '@/ui/names';
import { needsYou, standing, step, waits } from './words';

export function HomePage() {
  const me = useMe();
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useMine();
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = rows.filter((row) => needsYou(row));
  const others = rows.filter((row) => !needsYou(row) && step(row) < 2);
  const done = rows.filter((row) => !needsYou(row) && step(row) === 2);
  return (
    <main className="wrap">
      <title>{`${t('portal:tab.mine')} · ${t('portal:name')}`}</title>
      <h1 className="ask">{t('portal:home.question', { name: firstName(me.name) })}</h1>
      <Link className={`${buttonClass('primary')} big`} to={paths.portalReport()}>
        <IconMessagePlus aria-hidden />
        {t('portal:home.report')}
      </Link>
      {error && <ErrorBanner error={error} retry={() => void refetch()} />}
      {isPending && <Skeleton rows={3} />}
      {waiting.length > 0 && <Items title={t('portal:home.waiting')} rows={waiting} />}
      {others.length > 0 && <Items title={t('portal:home.mine')} rows={others} />}
      {done.length > 0 && <Items title={t('portal:home.done')} rows={done} />}
      {data && rows.length === 0 && <p className="sm">{t('portal:home.none')}</p>}
      {hasNextPage && <Button onClick={() => void fetchNextPage()}>{t('portal:home.more')}</Button>}
    </main>
  );
}

function Items({ title, rows }: { title: string; rows: Incident[] }) {
  return (
    <section aria-label={title}>
      <h2 className="h">{title}</h2>
      <ul className="sheet">
        {rows.map((row) => (
          <li key={row.id}>
            <Link className="quiet" to={paths.portalItem(row.number)}>
              {row.state === 'resolved' || row.state === 'closed' ? <IconCircleCheck aria-hidden /> : <IconMessage2 aria-hidden />}
              <span>
                <b>{row.short_description}</b>
                <span className={`sm${waits(row) ? ' you' : ''}`}>{standing(row)}</span>
              </span>
              <IconChevronRight aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
