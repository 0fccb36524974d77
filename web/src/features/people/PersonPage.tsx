import './texts';
import '@/ui/page.css';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { people, usePerson, useReload } from '@/api/people';
import type { Person } from '@/api/types';
import { oneOf } from '@/app/format';
import { t, tOr } from '@/app/i18n';
import { useGo } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { Link } from '@/app/links';
import { rolesFor, useMayNot } from '@/features/permission/useMayNot';
import { usePermissions } from '@/features/permission/usePermissions';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Secret } from '@/ui/Secret';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { ReasonDialog } from '@/ui/ReasonDialog';
import { toast } from '@/ui/Toast';
import { moment } from '@/ui/time';
import { Grants } from './Grants';
import { PersonFacts } from './PersonFacts';
import { PersonForm } from './PersonForm';

export function PersonPage() {
  const { login = '' } = useParams({ strict: false });
  const { data: person, error, refetch } = usePerson(login);
  const reload = useReload();
  const go = useGo();
  const mayNot = useMayNot('person.update');
  return (
    <main className="pane page">
      <div className="bar">
        <h1 className="cut">{person?.name ?? login}</h1>
        {person && !person.active && <span className="chip line">{t('people:disabled')}</span>}
        <span className="push" />
        <Link to={paths.queue(conditions.openOfCaller(login))}>{t('people:theirIncidents')}</Link>
      </div>
      <div className="page-in">
        {error && <ErrorBanner error={error} retry={() => void refetch()} />}
        {!person && !error && <Skeleton />}
        {person && (
          <div className="cols">
            {mayNot ? (
              <PersonFacts person={person} why={mayNot} />
            ) : (
              <PersonForm
                key={person.version}
                person={person}
                onSave={(body) => people.patch(person.login, person.version, body)}
                onDone={(saved) => {
                  reload();
                  toast(t('people:saved'));
                  const changed = saved as Person;
                  if (changed.login && changed.login !== login) go(paths.person(changed.login), { replace: true });
                }}
              />
            )}
            <div className="form">
              <section className="box">
                <h2>{t('people:field.teams')}</h2>
                {(person.teams ?? []).length === 0 && <p className="meta">{t('people:noTeams')}</p>}
                <ul className="lines">
                  {person.teams?.map((team) => (
                    <li key={team.id}>
                      <Link to={paths.team(team.id)}>{team.name}</Link>
                    </li>
                  ))}
                </ul>
              </section>
              <Grants key={person.id} holder={{ id: person.id, name: person.name }} home={person.organisation} />
              <Access person={person} />
            </div>
          </div>
        )}
      </div>
    </main>
  );
}

const ACCESS = ['person.reset_password', 'person.disable', 'person.erase'];

/** Password, disabling, erasing; whoever may do none of it reads why, and whom to ask. */
function Access({ person }: { person: Person }) {
  const { data, isPending } = usePermissions();
  const mayNotReset = useMayNot('person.reset_password');
  const mayNotDisable = useMayNot('person.disable');
  const mayNotErase = useMayNot('person.erase');
  // Buttons must not come and go.
  if (isPending) return null;
  if (!data || !mayNotReset || !mayNotDisable || !mayNotErase) return <AccessButtons person={person} off={{ reset: mayNotReset, disable: mayNotDisable, erase: mayNotErase }} />;
  const roles = oneOf(rolesFor(data, ACCESS).map((role) => tOr(`people:role.${role}`, role)));
  return (
    <section className="box">
      <h2>{t('people:access.title')}</h2>
      <p className="meta">{t('people:access.refused', { roles })}</p>
    </section>
  );
}

type Off = Record<'reset' | 'disable' | 'erase', string | null>;

function AccessButtons({ person, off }: { person: Person; off: Off }) {
  const reload = useReload();
  const [asking, setAsking] = useState<'disable' | 'erase' | null>(null);
  const reset = useMutation({ mutationFn: () => people.resetPassword(person.login) });
  const toggle = useMutation({
    mutationFn: () => (person.active ? people.disable(person.login) : people.enable(person.login)),
    onSuccess: () => {
      setAsking(null);
      toast(t(person.active ? 'people:access.disabled' : 'people:access.enabled', { name: person.name }));
    },
    onSettled: reload,
  });
  const erase = useMutation({
    mutationFn: (reason: string) => people.erase(person.login, reason),
    onSuccess: () => {
      setAsking(null);
      toast(t('people:access.erased', { name: person.name }));
      reload();
    },
  });
  return (
    <section className="box">
      <h2>{t('people:access.title')}</h2>
      {(reset.error ?? (asking ? null : toggle.error)) != null && <ErrorBanner error={reset.error ?? toggle.error} />}
      {reset.data && (
        <Secret text={`${window.location.origin}${paths.passwordReset(reset.data.token)}`}>{t('people:access.link', { name: person.name, time: moment(reset.data.expires_at) })}</Secret>
      )}
      <div className="row wrap">
        <Button busy={reset.isPending} off={off.reset} onClick={() => reset.mutate()}>
          {t('people:access.reset')}
        </Button>
        <Button busy={toggle.isPending} off={off.disable} onClick={() => (person.active ? setAsking('disable') : toggle.mutate())}>
          {t(person.active ? 'people:access.disable' : 'people:access.enable')}
        </Button>
        <Button tone="danger" off={off.erase} onClick={() => setAsking('erase')}>
          {t('people:access.erase')}
        </Button>
      </div>
      <p className="meta">{t('people:access.disableMeaning')}</p>
      {asking === 'disable' && (
        <ConfirmDialog
          title={t('people:access.disableTitle', { name: person.name })}
          text={t('people:access.disableText')}
          action={t('people:access.disableDo')}
          error={toggle.error}
          busy={toggle.isPending}
          onClose={() => {
            setAsking(null);
            toggle.reset();
          }}
          onConfirm={() => toggle.mutate()}
        />
      )}
      {asking === 'erase' && (
        <ReasonDialog
          title={t('people:access.eraseTitle', { name: person.name })}
          text={t('people:access.eraseText')}
          action={t('people:access.eraseDo')}
          error={erase.error}
          busy={erase.isPending}
          onClose={() => setAsking(null)}
          onSubmit={(reason) => erase.mutate(reason)}
        />
      )}
    </section>
  );
}
