import { IconArrowsExchange, IconPaperclip, IconPlus, IconUsers } from '@tabler/icons-react';
import { Fragment } from 'react';
import { useFields } from '@/api/incidents';
import type { FactChange, TimelineItem } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { IconPaused } from '@/ui/IconPaused';
import { clock, moment } from '@/ui/time';
import { fieldLabel, valueText } from './values';

function FactIcon({ kind }: { kind: string }) {
  if (kind.endsWith('created') || kind.endsWith('opened')) return <IconPlus aria-hidden />;
  if (kind.includes('hold')) return <IconPaused aria-hidden />;
  if (kind.includes('attachment')) return <IconPaperclip aria-hidden />;
  if (kind.includes('watch')) return <IconUsers aria-hidden />;
  return <IconArrowsExchange aria-hidden />;
}

/** What is worth reading of a new incident; the rest stands beside it. */
const TELLING = new Set(['priority', 'impact', 'urgency', 'assignment_group', 'assigned_to']);
/** What only follows from the change. */
const COUNTERS = new Set(['reassignment_count', 'reopen_count', 'resolved_at', 'closed_at', 'updated_at', 'state_before_merge']);

/** A change is one line without a box. */
export function Fact({ item }: { item: TimelineItem }) {
  const kind = item.fact?.kind ?? '';
  const all = (item.fact?.changes ?? []) as unknown as FactChange[];
  const created = kind.endsWith('.created') || all.some((change) => change.field === 'state' && change.from == null);
  const changes = all.filter((change) => (created ? TELLING.has(change.field) : !COUNTERS.has(change.field) && !change.field.startsWith('source.')));
  const short = kind.split('.').at(-1) ?? kind;
  // The changes of these say it all.
  const plain = (short === 'assigned' || short === 'updated' || (short === 'imported' && !created)) && changes.length > 0;
  const name = plain ? '' : tOr(`incident:fact.${short}`, '');
  return (
    <div className="fact">
      <FactIcon kind={kind} />
      <span className="fact-text">
        {name && <>{name}{changes.length > 0 ? ': ' : ''}</>}
        {changes.map((change, index) => (
          <Fragment key={change.field}>
            {index > 0 && ', '}
            <Change change={change} />
          </Fragment>
        ))}
        {!name && changes.length === 0 && kind}
        {item.by && <span className="dim"> {t('incident:timeline.by', { name: item.by.name })}</span>}
      </span>
      <time dateTime={item.at} title={moment(item.at)}>
        {clock(item.at)}
      </time>
    </div>
  );
}

function Change({ change }: { change: FactChange }) {
  const fields = useFields();
  const label = fieldLabel(change.field, fields);
  const to = valueText(change.field, change.to, fields);
  const from = valueText(change.field, change.from, fields);
  if (to === null && from === null) return <>{label}</>;
  return (
    <>
      {label} <b>{to ?? t('common:none')}</b>
      {from !== null && <span> {t('incident:timeline.before', { value: from })}</span>}
    </>
  );
}
