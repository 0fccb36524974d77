import { IconArrowsExchange, IconPaperclip, IconPlus, IconUsers } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { FactChange, FieldDef, TimelineItem } from '@/api/types';
import { t } from '@/app/i18n';
import type { Kind } from '@/app/records';
import { IconPaused } from '@/ui/IconPaused';
import { clock, moment } from '@/ui/time';
import { tellFact } from './fact';
import { fieldLabel, valueText } from './values';

function FactIcon({ kind }: { kind: string }) {
  if (kind.endsWith('created') || kind.endsWith('opened')) return <IconPlus aria-hidden />;
  if (kind.includes('hold')) return <IconPaused aria-hidden />;
  if (kind.includes('attachment')) return <IconPaperclip aria-hidden />;
  if (kind.includes('watch')) return <IconUsers aria-hidden />;
  return <IconArrowsExchange aria-hidden />;
}

type Props = { item: TimelineItem; kind: Kind; fields: FieldDef[]; caller: string };

/** A change is one line without a box. */
export function Fact({ item, kind, fields, caller }: Props) {
  const what = item.fact?.kind ?? '';
  const { sentence, changes } = tellFact(what, (item.fact?.changes ?? []) as unknown as FactChange[], fields, caller);
  return (
    <div className="fact">
      <FactIcon kind={what} />
      <span className="fact-text">
        {sentence}
        {sentence && changes.length > 0 && ': '}
        {changes.map((change, index) => (
          <Fragment key={`${change.field} ${index}`}>
            {index > 0 && ', '}
            <Change change={change} fields={fields} kind={kind} />
          </Fragment>
        ))}
        {item.by && <span className="dim"> {t('ticket:timeline.by', { name: item.by.name })}</span>}
      </span>
      <time dateTime={item.at} title={moment(item.at)}>
        {clock(item.at)}
      </time>
    </div>
  );
}

function Change({ change, fields, kind }: { change: FactChange; fields: FieldDef[]; kind: Kind }) {
  const label = fieldLabel(change.field, fields, kind);
  const to = valueText(change.field, change.to, fields);
  const from = valueText(change.field, change.from, fields);
  // Of a text that was destroyed neither side is left.
  if (to === null && from === null) return <>{t('ticket:timeline.changedField', { label })}</>;
  return (
    <>
      {label} <b>{to ?? t('ticket:timeline.cleared')}</b>
      {from !== null && <span> {t('ticket:timeline.before', { value: from })}</span>}
    </>
  );
}
