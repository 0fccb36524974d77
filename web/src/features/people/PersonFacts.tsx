import type { ReactNode } from 'react';
import { useSeveralOrganisations } from '@/api/people';
import type { Person } from '@/api/types';
import { t } from '@/app/i18n';
import { MailLink } from '@/ui/MailLink';

/** A person for whoever may not change them: words to read and addresses to use, no fields. */
export function PersonFacts({ person, why }: { person: Person; why: string }) {
  const several = useSeveralOrganisations();
  const rows: [string, ReactNode][] = [
    ['login', <span key="login" className="mono">{person.login}</span>],
    ['email', person.email && <MailLink key="email" address={person.email} />],
    ['phone', person.phone && <a key="phone" href={`tel:${person.phone}`}>{person.phone}</a>],
    ['organisation', several && person.organisation.name],
    ['location', person.location?.name],
    ['zone', person.zone ?? t('people:zoneNone')],
    ['vip', person.vip && t('people:yes')],
  ];
  return (
    <div className="box">
      <dl className="dl">
        {rows.map(([field, value]) => value && (
          <div key={field} className="dl-row">
            <dt>{t(`people:field.${field}`)}</dt>
            <dd className="mail">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="meta">{why}</p>
    </div>
  );
}
