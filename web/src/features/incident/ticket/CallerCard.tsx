import { IconMail, IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { PLACE } from '@/api/incidents';
import { fetchCount } from '@/api/ticketLists';
import { keys } from '@/api/tickets';
import { useSeveralOrganisations } from '@/api/people';
import type { Incident, Person } from '@/api/types';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { buttonClass } from '@/ui/Button';
import { Breakable } from '@/ui/MailLink';
import { Avatar } from '@/ui/Tags';

export function CallerCard({ incident }: { incident: Incident }) {
  const caller = incident.caller;
  const login = caller?.login ?? '';
  const { data: person } = useQuery({
    queryKey: ['person', login],
    queryFn: () => ok<Person>(api.GET('/api/v1/people/{login}', { params: { path: { login } } })),
    enabled: login !== '',
    staleTime: 60_000,
    retry: false,
  });
  const several = useSeveralOrganisations();
  const q = conditions.openOfCaller(login);
  const { data: open } = useQuery({ queryKey: keys.count(PLACE, q), queryFn: () => fetchCount(PLACE, q), enabled: login !== '', staleTime: 60_000 });
  if (!caller) {
    return (
      <section className="sec">
        <h2>{t('ticket:field.caller')}</h2>
        <p className="meta">{t('incident:aside.noCaller')}</p>
      </section>
    );
  }
  const where = (several && person?.organisation.name) || person?.location?.name || person?.email;
  const others = Math.max(0, (open ?? 0) - (['new', 'in_progress', 'on_hold'].includes(incident.state) ? 1 : 0));
  return (
    <section className="sec call" aria-label={t('ticket:field.caller')}>
      <Avatar name={caller.name} large />
      <div className="cut">
        <h2>
          {caller.name} {person?.vip && <span className="chip line">VIP</span>}
        </h2>
        <div className="meta mail">
          <Breakable text={[where, person?.zone].filter(Boolean).join(' · ') || t('ticket:field.caller')} />
        </div>
        {others > 0 && (
          <Link className="meta-link" to={paths.queue(q)}>
            {t('incident:aside.otherOpen', { count: others })}
          </Link>
        )}
      </div>
      <span className="row none">
        {person?.phone && (
          <a className={buttonClass('ghost', true, true)} href={`tel:${person.phone}`} aria-label={t('incident:aside.phone', { phone: person.phone })}>
            <IconPhone aria-hidden />
          </a>
        )}
        {person?.email && (
          <a className={buttonClass('ghost', true, true)} href={`mailto:${person.email}`} aria-label={t('incident:aside.mail', { email: person.email })}>
            <IconMail aria-hidden />
          </a>
        )}
      </span>
    </section>
  );
}
