import { expect, test } from 'vitest';
import type { FieldDef, Ticket } from '@/api/types';
import { editorFor, rowsOf, type Shipped } from './editors';

const field = (name: string, type: string, more: object = {}) => ({ name, type, custom: true, ...more }) as FieldDef;

test('what holds something stands apart from what does not, the own fields last', () => {
  const ticket = { impact: 2, category: null, location: '', custom: { floor: 0, wing: null } } as unknown as Ticket;
  const shipped: Shipped[] = [['impact', { type: 'level' }], ['category', { type: 'choice' }], ['location', { type: 'text' }]];
  const { filled, empty } = rowsOf(ticket, shipped, [field('floor', 'integer'), field('wing', 'text'), field('state', 'choice', { custom: false })]);
  expect(filled.map((row) => [row.field, row.custom])).toEqual([['impact', false], ['floor', true]]);
  expect(empty.map((row) => row.field)).toEqual(['category', 'location', 'wing']);
});

test('an own field is edited by its type', () => {
  expect(editorFor(field('a', 'reference', { target: 'team' }))).toEqual({ type: 'ref', kind: 'teams' });
  expect(editorFor(field('a', 'reference', { target: 'ticket' }))).toEqual({ type: 'text' });
  expect(editorFor(field('a', 'integer'))).toEqual({ type: 'number' });
  expect(editorFor(field('a', 'long_text'))).toEqual({ type: 'text' });
});
