import { describe, expect, test } from 'vitest';
import type { FactChange } from '@/api/types';
import { addTexts } from '@/app/i18n';
import common from '@/locales/en/common.json';
import ticket from '@/locales/en/ticket.json';
import { tellFact } from './fact';

addTexts('common', common);
addTexts('ticket', ticket);

const tell = (kind: string, changes: FactChange[]) => {
  const told = tellFact(`incident.${kind}`, changes, [], 'Robin');
  return [told.sentence, told.changes.map((change) => change.field)];
};
const alex = { id: 'a', name: 'Alex Agent' };

describe('a fact', () => {
  test('says what was done in a sentence and repeats nothing', () => {
    expect(tell('resolved', [{ field: 'state', from: 'on_hold', to: 'resolved' }, { field: 'on_hold_reason', from: 'awaiting_caller', to: null }, { field: 'resolved_by', from: null, to: alex }, { field: 'close_code', from: null, to: 'solved' }, { field: 'close_notes', from: null, to: 'New drum.' }])).toEqual(['Resolved: solved', []]);
    expect(tell('on_hold', [{ field: 'state', from: 'new', to: 'on_hold' }, { field: 'on_hold_reason', from: null, to: 'awaiting_caller' }])).toEqual(['Waiting for Robin', []]);
    expect(tell('reopened', [{ field: 'state', from: 'resolved', to: 'in_progress' }, { field: 'close_notes', from: null, to: null }])).toEqual(['Reopened', []]);
    expect(tell('assigned', [{ field: 'state', from: 'new', to: 'in_progress' }, { field: 'assigned_to', from: null, to: alex }])).toEqual(['Assigned to Alex Agent', []]);
    expect(tell('assigned', [{ field: 'assigned_to', from: alex, to: null }])).toEqual(['Assigned to nobody (was Alex Agent)', []]);
  });

  test('says how a link reads from this end', () => {
    const other = { id: 'b', name: 'Core switch', number: 'INC0000002' };
    const link = (field: string) => [{ field: 'relation', from: null, to: 'caused_by' }, { field, from: null, to: other }];
    expect(tell('related', link('to'))).toEqual(['Linked: Caused by INC0000002', []]);
    expect(tell('related', link('from'))[0]).toMatch(/^Linked: .+ INC0000002$/);
    expect(tell('related', link('from'))).not.toEqual(tell('related', link('to')));
    const gone = link('to').map((change) => ({ ...change, from: change.to, to: null }));
    expect(tell('unrelated', gone)).toEqual(['Link removed: Caused by INC0000002', []]);
  });

  test('names other changes beside it', () => {
    expect(tell('updated', [{ field: 'impact', from: 3, to: 1 }])).toEqual(['', ['impact']]);
    expect(tell('closed', [{ field: 'state', from: 'resolved', to: 'closed' }, { field: 'location', from: 'x', to: null }])).toEqual(['Closed', ['location']]);
  });

  test('has the word of its kind before that of all tickets', () => {
    addTexts('incident', { fact: { resolved_twice: 'Resolved twice', closed: 'Done' } });
    expect(tell('resolved_twice', [])).toEqual(['Resolved twice', []]);
    expect(tell('closed', [])).toEqual(['Done', []]);
    expect(tell('corrected', [])).toEqual(['Corrected', []]);
    expect(tell('unheard', [])).toEqual(['incident.unheard', []]);
  });
});
