// The right column: caller, fields, watchers, relations.
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import type { Shipped } from '@/features/ticket/editors';
import { FieldList } from '@/features/ticket/FieldList';
import { Relations } from '@/features/ticket/Relations';
import type { AsideProps } from '@/features/ticket/TicketView';
import { Watchers } from '@/features/ticket/Watchers';
import { Button } from '@/ui/Button';
import { PriorityTag, StateTag } from '@/ui/Tags';
import { moment } from '@/ui/time';
import { CallerCard } from './CallerCard';
import { WorkTime } from './WorkTime';

const SHIPPED: Shipped[] = [
  ['impact', { type: 'level' }],
  ['urgency', { type: 'level' }],
  ['category', { type: 'choice' }],
  ['subcategory', { type: 'choice' }],
  ['service', { type: 'ref', kind: 'services' }],
  ['service_offering', { type: 'ref', kind: 'service-offerings' }],
  ['configuration_item', { type: 'ref', kind: 'configuration-items' }],
  ['location', { type: 'ref', kind: 'locations' }],
  ['contact_type', { type: 'choice' }],
];

export function Aside({ ticket: incident, onCommand }: AsideProps<Incident>) {
  const fields = useFields('incident');
  return (
    <aside className="pane aside" aria-label={t('incident:aside.label')}>
      <CallerCard incident={incident} />
      <section className="sec">
        <h2>{t('incident:aside.fields')}</h2>
        <FieldList ticket={incident} shipped={SHIPPED}>
          <dt>{t('ticket:field.state')}</dt>
          <dd>
            <button type="button" className="value" onClick={() => onCommand('state')}>
              <span className="vh">{t('incident:aside.changeState')}: </span>
              <StateTag state={incident.state} reason={incident.on_hold_reason} />
            </button>
          </dd>
          {incident.on_hold_until && (
            <>
              <dt>{t('ticket:field.on_hold_until')}</dt>
              <dd>{moment(incident.on_hold_until)}</dd>
            </>
          )}
          <dt>{t('ticket:field.priority')}</dt>
          <dd>
            <button type="button" className="value" onClick={() => onCommand('priority')}>
              <span className="vh">{t('incident:aside.changePriority')}: </span>
              <PriorityTag priority={incident.priority} />
              {incident.priority_override ? <span className="meta"> {incident.priority_override.reason}</span> : <span className="meta"> {t('incident:aside.fromMatrix')}</span>}
            </button>
          </dd>
          <dt>{t('ticket:field.assigned_to')}</dt>
          <dd>
            <button type="button" className="value" onClick={() => onCommand('assign')}>
              <span className="vh">{t('ticket:command.assign')}: </span>
              {incident.assigned_to?.name ?? t('ticket:preview.nobody')}
              {incident.assignment_group && `, ${incident.assignment_group.name}`}
            </button>
          </dd>
        </FieldList>
      </section>
      {incident.close_code && (
        <section className="sec">
          <h2>{t('incident:aside.resolution')}</h2>
          <dl className="dl">
            <dt>{t('ticket:field.close_code')}</dt>
            <dd>{fields.find((f) => f.name === 'close_code')?.choices?.find((c) => c.code === incident.close_code)?.label ?? incident.close_code}</dd>
            <dt>{t('ticket:field.resolved_by')}</dt>
            <dd>{incident.resolved_by?.name ?? '–'}</dd>
          </dl>
          <p className="prose">{incident.close_notes}</p>
        </section>
      )}
      <Watchers ticket={incident} />
      <Relations ticket={incident}>
        <Button small tone="ghost" className="low" onClick={() => onCommand('state', 'duplicate')} off={whyNot(incident, 'duplicate')}>
          {t('incident:action.duplicate')}
        </Button>
      </Relations>
      <WorkTime incident={incident} />
      <section className="sec">
        <h2>{t('incident:aside.counts')}</h2>
        <dl className="dl">
          <dt>{t('ticket:field.opened_by')}</dt>
          <dd>{incident.opened_by?.name ?? '–'}</dd>
          <dt>{t('ticket:field.updated_at')}</dt>
          <dd>{moment(incident.updated_at)}</dd>
          <dt>{t('ticket:field.reassignment_count')}</dt>
          <dd>{incident.reassignment_count}</dd>
          <dt>{t('ticket:field.reopen_count')}</dt>
          <dd>{incident.reopen_count}</dd>
        </dl>
      </section>
    </aside>
  );
}
