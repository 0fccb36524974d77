// What can stand where the cursor is in a condition: names of fields, and the values of the one that is named.
import type { FieldDef } from '@/api/types';
import { choicesOf } from '../values';

export type Offer = { text: string; hint: string };
export type Completion = { from: number; to: number; offers: Offer[] };

const MOST = 8;
/** A name, perhaps with an operator and the beginning of a value, up to the cursor. */
const TERM = /(?:^|[\s(])-?([\w.]*)(?:(<=|>=|[:=<>])([^\s()"]*))?$/;

/** Words that the language knows for fields of a kind, beside the choices. */
function wordsFor(field: FieldDef): string[] {
  if (field.name === 'state') return ['open', 'active'];
  if (field.target === 'person') return ['me', 'none', 'any'];
  if (field.target === 'team') return ['my_teams', 'none', 'any'];
  if (field.type === 'date' || field.type === 'datetime') return ['today', 'yesterday', 'this_week', 'this_month', 'any', 'none'];
  if (field.type === 'boolean') return ['yes', 'no'];
  return field.type === 'reference' ? ['none', 'any'] : [];
}

const quoted = (text: string) => (/^[\p{L}\p{N}_.-]+$/u.test(text) ? text : `"${text.replace(/(["\\])/g, '\\$1')}"`);

/** `labelOf` gives the words of a field; what is offered begins with what is typed, in code or in words. */
export function complete(text: string, cursor: number, fields: FieldDef[], labelOf: (field: FieldDef) => string): Completion | null {
  const found = TERM.exec(text.slice(0, cursor));
  if (!found) return null;
  const [, name = '', operator, value = ''] = found;
  const fits = (typed: string, ...texts: string[]) => texts.some((one) => one.toLowerCase().startsWith(typed.toLowerCase()));
  if (operator === undefined) {
    if (name === '') return null;
    const offers = fields.filter((field) => fits(name, field.name, labelOf(field))).map((field) => ({ text: `${field.name}:`, hint: labelOf(field) }));
    return some(cursor - name.length, cursor, offers);
  }
  const field = fields.find((one) => one.name === name);
  if (!field) return null;
  // In a list the last value is the one that is being typed.
  const typed = value.split(',').at(-1) ?? '';
  const offers = [
    ...wordsFor(field).map((word) => ({ text: word, hint: '' })),
    ...choicesOf(name, fields).map((choice) => ({ text: quoted(choice.code), hint: choice.label })),
  ].filter((offer) => fits(typed, offer.text, offer.hint) && offer.text !== typed);
  return some(cursor - typed.length, cursor, offers);
}

function some(from: number, to: number, offers: Offer[]): Completion | null {
  return offers.length > 0 ? { from, to, offers: offers.slice(0, MOST) } : null;
}

/** The choices of the field that a refusal names; '' when it names none, or lists them itself. */
export function choicesNamed(message: string, fields: FieldDef[]): string {
  const name = /is not a value of “([^”]+)”/.exec(message)?.[1];
  const codes = fields.find((field) => field.name === name)?.choices?.map((choice) => choice.code) ?? [];
  return codes.some((code) => message.includes(`${code},`)) ? '' : codes.join(', ');
}
