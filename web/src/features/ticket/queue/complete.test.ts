import { describe, expect, test } from 'vitest';
import type { FieldDef } from '@/api/types';
import { choicesNamed, complete } from './complete';

const fields = [
  { name: 'state', type: 'choice', choices: [{ code: 'new', label: 'New' }, { code: 'on_hold', label: 'On hold' }] },
  { name: 'priority', type: 'integer', choices: [] },
  { name: 'assigned_to', type: 'reference', target: 'person', choices: [] },
  { name: 'category', type: 'choice', choices: [{ code: 'Category 42', label: 'Category 42' }] },
] as unknown as FieldDef[];
const label = (field: FieldDef) => (field.name === 'assigned_to' ? 'Owner' : field.name);
const offered = (text: string, at = text.length) => complete(text, at, fields, label)?.offers.map((offer) => offer.text) ?? [];

describe('completion of a condition', () => {
  test('names begin with what is typed, in code or in words', () => {
    expect(offered('state:new pri')).toEqual(['priority:']);
    expect(offered('-own')).toEqual(['assigned_to:']);
    expect(offered('')).toEqual([]);
    expect(offered('printer ')).toEqual([]);
  });

  test('values are those of the named field, also in a list', () => {
    expect(offered('state:')).toEqual(['open', 'active', 'new', 'on_hold']);
    expect(offered('state:new,on')).toEqual(['on_hold']);
    expect(offered('(assigned_to:m')).toEqual(['me']);
    expect(offered('nothing:x')).toEqual([]);
  });

  test('a value of several words is quoted, and the place is known', () => {
    expect(offered('category:')).toEqual(['"Category 42"']);
    expect(complete('state:n priority:1', 7, fields, label)).toMatchObject({ from: 6, to: 7 });
  });

  test('a refused value names the choices', () => {
    expect(choicesNamed('“blah” is not a value of “state”, which takes one of its choices (at character 7)', fields)).toBe('new, on_hold');
    expect(choicesNamed('there is no field “x”', fields)).toBe('');
  });
});
