import { describe, expect, test } from 'vitest';
import { ApiError } from '@/api/client';
import type { Ticket } from '@/api/types';
import { asked, conditionError } from './condition';
import { groupLines } from './groups';
import { patchRows, unseen } from './useQueue';

const row = (id: string, priority: number, version = 1) => ({ id, number: id, priority, version }) as Ticket;

describe('groups', () => {
  test('each run of one priority gets one heading with its count', () => {
    const lines = groupLines([row('a', 1), row('b', 2), row('c', 2)]);
    expect(lines.map((line) => (line.type === 'head' ? `P${line.priority}:${line.count}` : line.row.id))).toEqual(['P1:1', 'a', 'P2:2', 'b', 'c']);
  });

  test('no rows, no headings', () => {
    expect(groupLines([])).toEqual([]);
  });
});

describe('news', () => {
  const data = { pages: [{ items: [row('a', 1), row('b', 2)], next: null }], pageParams: [undefined] };

  test('a newer version takes the place of the old one, in the same order', () => {
    const next = patchRows(data, [{ ...row('a', 4, 2), short_description: 'new' }]);
    expect(next?.pages[0]?.items.map((one) => [one.id, one.priority])).toEqual([['a', 4], ['b', 2]]);
  });

  test('an older version and an unknown row change nothing', () => {
    const next = patchRows(data, [row('a', 3, 1), row('x', 1, 9)]);
    expect(next?.pages[0]?.items.map((one) => [one.id, one.priority])).toEqual([['a', 1], ['b', 2]]);
  });

  test('only rows that are not on screen are new', () => {
    expect(unseen([row('a', 1), row('z', 1)], data.pages[0]!.items).map((one) => one.id)).toEqual(['z']);
  });
});

describe('a fault in the condition', () => {
  const problem = (message: string, more: object = {}) => new ApiError({ title: 'Bad', status: 400, errors: [{ field: 'q', rule: 'condition', message, ...more }] });

  test('the character counts from 1 in the sentence and from 0 here', () => {
    expect(conditionError(problem('unknown field "priorty" (at character 7)'))).toMatchObject({ position: 6 });
  });

  test('without a character there is still a sentence', () => {
    expect(conditionError(problem('no'))).toEqual({ message: 'no', position: null });
  });
});

describe('what was asked for', () => {
  test('words stand alone, and open ones are called so', () => {
    expect(asked('state:open zebra unicorn')).toEqual({ open: true, words: 'zebra unicorn' });
    expect(asked('"label printer" state:open')).toEqual({ open: true, words: 'label printer' });
    expect(asked(' zebra ')).toEqual({ open: false, words: 'zebra' });
  });

  test('anything more is the condition itself', () => {
    for (const q of ['state:open priority:1 zebra', 'state:open zebra or unicorn', 'state:open -zebra', 'caller:"Robin R" zebra', 'state:open', '(zebra)']) expect(asked(q)).toEqual({ open: false, words: q });
  });
});
