// Values of fields in words.
import type { FieldDef, Ticket } from '@/api/types';
import { number } from '@/app/format';
import { own, t, tOr } from '@/app/i18n';
import type { Kind } from '@/app/records';
import { holdName, stateName } from '@/ui/Tags';
import { capital } from '@/ui/words';
import { moment } from '@/ui/time';

/** Fields that hold a step from high to low. */
const LEVELS = new Set(['impact', 'urgency']);

const isTime = (value: string) => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value);

/** The value of a field by its name in the API. */
export function fieldOf(ticket: Ticket, field: string): unknown {
  return (ticket as Record<string, unknown>)[field];
}

/** The label of a field: the kind's own word, else the one of all tickets, else the registry's. */
export function fieldLabel(path: string, fields: FieldDef[], kind: Kind): string {
  const name = path.replace(/^custom\./, '');
  return tOr(own(kind, `field.${name}`), fields.find((field) => field.name === name)?.label ?? name);
}

/** Whether tickets with these fields have one of the name; until they are known they are taken to. */
export function hasField(fields: FieldDef[], name: string): boolean {
  return fields.length === 0 || fields.some((field) => field.name === name);
}

type Choice = { code: string; label: string };

/** How a choice is called: the product's own word, else the registry's. */
function choiceName(name: string, { code, label }: Choice): string {
  const channel = name === 'contact_type' ? tOr(`ticket:channel.${code}`, '') : '';
  return channel ? capital(channel) : label;
}

/** The choices of a field, by the names that the ticket shows. */
export function choicesOf(name: string, fields: FieldDef[]): Choice[] {
  return (fields.find((field) => field.name === name)?.choices ?? []).map((choice) => ({ code: choice.code, label: choiceName(name, choice) }));
}

export function choiceLabel(name: string, code: string, fields: FieldDef[]): string {
  return choicesOf(name, fields).find((choice) => choice.code === code)?.label ?? choiceName(name, { code, label: code });
}

/** The way a ticket came, as a word within a sentence. */
export function channelInText(code: string, fields: FieldDef[]): string {
  return tOr(`ticket:channel.${code}`, choiceLabel('contact_type', code, fields));
}

/** A value as a fact or a field shows it; null when there is nothing. */
export function valueText(name: string, value: unknown, fields: FieldDef[]): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (name === 'state') return stateName(String(value));
  if (name === 'on_hold_reason') return holdName(String(value));
  if (name === 'priority') return `P${String(value)}`;
  if (LEVELS.has(name)) return tOr(`common:level.${String(value)}`, String(value));
  if (typeof value === 'boolean') return t(value ? 'ticket:yes' : 'ticket:no');
  if (typeof value === 'number') return number(value, 6);
  if (typeof value === 'string') return isTime(value) ? moment(value) : choiceLabel(name, value, fields);
  if (Array.isArray(value)) return value.map((one) => valueText(name, one, fields)).filter(Boolean).join(', ');
  const named = value as { name?: string; number?: string; priority?: number; reason?: string };
  if (named.priority !== undefined) return `P${named.priority}${named.reason ? `, ${named.reason}` : ''}`;
  return named.number ?? named.name ?? null;
}
