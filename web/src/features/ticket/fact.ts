// What a fact says: a sentence for what was done, then the changes that the sentence does not tell.
import type { FactChange, FieldDef } from '@/api/types';
import { own, t, tOr } from '@/app/i18n';
import { holdName } from '@/ui/Tags';
import { moment } from '@/ui/time';
import { choiceLabel, valueText } from './values';

/** What is worth reading of a new ticket; the rest stands beside it. */
const TELLING = new Set(['priority', 'impact', 'urgency', 'assignment_group', 'assigned_to']);
/** What only follows from the change. */
const COUNTERS = new Set(['reassignment_count', 'reopen_count', 'resolved_at', 'closed_at', 'updated_at', 'state_before_merge']);
const HOLD = ['state', 'on_hold_reason', 'on_hold_until'];
/** What the sentence of each kind tells already, or what is so by its nature. */
const TOLD: Record<string, Set<string>> = {
  assigned: new Set(['state', 'assigned_to', 'assignment_group']),
  held: new Set(HOLD),
  on_hold: new Set(HOLD),
  resumed: new Set(HOLD),
  resolved: new Set([...HOLD, 'resolved_by', 'close_code', 'close_notes']),
  closed: new Set(['state']),
  canceled: new Set(HOLD),
  merged: new Set([...HOLD, 'duplicate_of']),
  unmerged: new Set([...HOLD, 'duplicate_of']),
  reopened: new Set([...HOLD, 'resolved_by', 'close_code', 'close_notes']),
  related: new Set(['relation', 'from', 'to']),
  unrelated: new Set(['relation', 'from', 'to']),
};

export type Told = { sentence: string; changes: FactChange[] };

/** `caller` is what one calls the caller; '' when nobody is named. */
export function tellFact(kind: string, all: FactChange[], fields: FieldDef[], caller: string): Told {
  const short = kind.split('.').at(-1) ?? kind;
  const word = tOr(own(kind.split('.')[0] ?? '', `fact.${short}`), kind);
  const created = short === 'created' || all.some((change) => change.field === 'state' && change.from == null);
  if (created) return { sentence: word, changes: all.filter((change) => TELLING.has(change.field)) };
  const told = TOLD[short];
  const changes = all.filter((change) => !COUNTERS.has(change.field) && !change.field.startsWith('source.') && !told?.has(change.field));
  // The changes of these say it all.
  const plain = (short === 'updated' || short === 'imported') && changes.length > 0;
  return { sentence: plain ? '' : sentenceOf(short, all, fields, caller) || word, changes };
}

function sentenceOf(short: string, all: FactChange[], fields: FieldDef[], caller: string): string {
  const to = (field: string) => all.find((change) => change.field === field)?.to;
  if (short === 'resolved' && typeof to('close_code') === 'string') return t('ticket:fact.resolvedAs', { code: choiceLabel('close_code', to('close_code') as string, fields) });
  if (short === 'merged') return t('ticket:fact.mergedInto', { number: valueText('duplicate_of', to('duplicate_of'), fields) ?? '' }).trim();
  if (short === 'on_hold' || short === 'held') return heldFor(to('on_hold_reason'), to('on_hold_until'), caller);
  if (short === 'assigned') return assigned(all, fields);
  if (short === 'related' || short === 'unrelated') return linked(short, all, fields);
  return '';
}

/** "Linked: Caused by INC0001042", as the links beside it say it from this end. */
function linked(short: 'related' | 'unrelated', all: FactChange[], fields: FieldDef[]): string {
  const side = short === 'related' ? 'to' : 'from';
  const told = (name: string) => all.find((change) => change.field === name)?.[side];
  const from = told('from');
  const type = String(told('relation') ?? '');
  const how = tOr(`ticket:relation.${from ? 'rev_' : ''}${type}`, type);
  const other = valueText('relation', from ?? told('to'), fields);
  return other ? t(`ticket:fact.${short}To`, { how, other }) : '';
}

function heldFor(reason: unknown, until: unknown, caller: string): string {
  if (typeof reason !== 'string') return typeof until === 'string' ? t('ticket:fact.heldUntil', { time: moment(until) }) : '';
  const what = reason === 'awaiting_caller' && caller ? t('ticket:fact.waitsForCaller', { name: caller }) : t('ticket:fact.heldFor', { reason: holdName(reason) });
  return typeof until === 'string' ? t('ticket:fact.until', { what, time: moment(until) }) : what;
}

/** "Assigned to Alex Agent, Group 70 (was Ben)"; who has it no more stands in brackets. */
function assigned(all: FactChange[], fields: FieldDef[]): string {
  const parts = ['assigned_to', 'assignment_group'].flatMap((field) => all.filter((change) => change.field === field));
  const names = (side: 'from' | 'to') => parts.map((change) => valueText(change.field, change[side], fields)).filter(Boolean).join(', ');
  const now = names('to');
  const before = names('from');
  const text = now ? t('ticket:fact.assignedTo', { name: now }) : t('ticket:fact.assignedNobody');
  return before ? `${text} ${t('ticket:timeline.before', { value: before })}` : text;
}
