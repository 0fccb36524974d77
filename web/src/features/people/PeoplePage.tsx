import './texts';
import '@/ui/page.css';
import { IconPlus } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { TextInput } from '@/ui/inputs';
import { usePeople, useSeveralOrganisations } from '@/api/people';
import { nameCondition } from '@/api/refs';
import { byName } from '@/app/format';
import { t, tOr } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { Button, buttonClass } from '@/ui/Button';
import { useMayNot } from '@/features/permission/useMayNot';
import { MailLink } from '@/ui/MailLink';
import { Empty, ErrorBanner, Skeleton } from '@/ui/States';

export function PeoplePage() {
  const [text, setText] = useState('');
  const q = nameCondition(useDeferredValue(text)) ?? '';
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = usePeople(q);
  const all = data?.pages.flatMap((page) => page.items) ?? [];
  // A page of many keeps the server's order: what comes next must not push in between.
  const rows = hasNextPage ? all : all.toSorted(byName);
  const several = useSeveralOrganisations();
  const mayNot = useMayNot('person.create');
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('people:title')}</h1>
        <span className="push" />
        {mayNot ? (
          <Button small off={mayNot}>
            <IconPlus aria-hidden />
            {t('people:new')}
          </Button>
        ) : (
          <Link className={buttonClass('default', true)} to={paths.newPerson()}>
            <IconPlus aria-hidden />
            {t('people:new')}
          </Link>
        )}
      </div>
      <div className="page-in">
        <div className="search">
          <TextInput aria-label={t('people:search')} placeholder={t('people:search')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        </div>
        {error && <ErrorBanner error={error} retry={() => void refetch()} />}
        {isPending && <Skeleton />}
        {data && rows.length === 0 && <Empty title={t('people:none')} />}
        {rows.length > 0 && (
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t('people:title')}>
            <table className="tbl">
              <thead>
                <tr>
                  <th scope="col">{t('people:field.name')}</th>
                  <th scope="col">{t('people:field.login')}</th>
                  <th scope="col" className="wide-only">{t(several ? 'people:field.organisation' : 'people:field.email')}</th>
                  <th scope="col" className="wide-only">{t('people:field.teams')}</th>
                  <th scope="col">{t('people:field.roles')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((person) => (
                  <tr key={person.id} className={person.active ? undefined : 'off'}>
                    <td>
                      <Link to={paths.person(person.login)}>{person.name}</Link>
                      {person.vip && <span className="chip line"> VIP</span>}
                      {!person.active && <span className="meta"> {t('people:disabled')}</span>}
                    </td>
                    <td className="mono">{person.login}</td>
                    <td className="wide-only">{several ? person.organisation.name : person.email && <MailLink address={person.email} />}</td>
                    <td className="wide-only">{person.teams?.map((team) => team.name).join(', ')}</td>
                    <td>{person.roles?.map((role) => tOr(`people:role.${role}`, role)).join(', ')}</td>
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
