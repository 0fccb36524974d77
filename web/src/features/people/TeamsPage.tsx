import './texts';
import '@/ui/page.css';
import { TextInput } from '@/ui/inputs';
import { IconPlus } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { useSeveralOrganisations, useTeams } from '@/api/people';
import { nameCondition } from '@/api/refs';
import { byName } from '@/app/format';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { Button, buttonClass } from '@/ui/Button';
import { useMayNot } from '@/features/permission/useMayNot';
import { MailLink } from '@/ui/MailLink';
import { Empty, ErrorBanner, Skeleton } from '@/ui/States';

export function TeamsPage() {
  const [text, setText] = useState('');
  const q = nameCondition(useDeferredValue(text)) ?? '';
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useTeams(q);
  const all = data?.pages.flatMap((page) => page.items) ?? [];
  // A page of many keeps the server's order: what comes next must not push in between.
  const rows = hasNextPage ? all : all.toSorted(byName);
  const several = useSeveralOrganisations();
  const addressed = rows.some((team) => team.email);
  const mayNot = useMayNot('team.create');
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('people:teams.title')}</h1>
        <span className="push" />
        {mayNot ? (
          <Button small off={mayNot}>
            <IconPlus aria-hidden />
            {t('people:teams.new')}
          </Button>
        ) : (
          <Link className={buttonClass('default', true)} to={paths.newTeam()}>
            <IconPlus aria-hidden />
            {t('people:teams.new')}
          </Link>
        )}
      </div>
      <div className="page-in">
        <div className="search">
          <TextInput aria-label={t('people:search')} placeholder={t('people:search')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        </div>
        {error && <ErrorBanner error={error} retry={() => void refetch()} />}
        {isPending && <Skeleton />}
        {data && rows.length === 0 && <Empty title={t('people:teams.none')} />}
        {rows.length > 0 && (
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t('people:teams.title')}>
            <table className={`tbl${addressed ? '' : ' few'}`}>
              <thead>
                <tr>
                  <th scope="col">{t('people:field.name')}</th>
                  {several && <th scope="col" className="wide-only">{t('people:field.organisation')}</th>}
                  {addressed && <th scope="col" className="wide-only">{t('people:field.email')}</th>}
                  <th scope="col">{t('people:teams.queue')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((team) => (
                  <tr key={team.id}>
                    <td>
                      <Link to={paths.team(team.id)}>{team.name}</Link>
                    </td>
                    {several && <td className="wide-only">{team.organisation.name}</td>}
                    {addressed && <td className="wide-only">{team.email && <MailLink address={team.email} />}</td>}
                    <td>
                      <Link to={paths.queue(conditions.team(team.name))} aria-label={t('people:teams.openQueue', { name: team.name })}>
                        {t('people:teams.open')}
                      </Link>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {hasNextPage && (
          <div>
            <Button onClick={() => void fetchNextPage()}>{t('common:more')}</Button>
          </div>
        )}
      </div>
    </main>
  );
}
