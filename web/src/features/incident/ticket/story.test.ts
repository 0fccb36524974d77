import { describe, expect, test } from 'vitest';
import type { TimelineItem } from '@/api/types';
import { countStory, filterStory, layOut } from './story';

const by = { id: 'p1', name: 'Ben' };
const at = (minute: number) => `2026-11-24T08:${String(minute).padStart(2, '0')}:00.000Z`;
const fact = (minute: number): TimelineItem => ({ type: 'fact', by, at: at(minute), fact: { kind: 'incident.updated', changes: [] } });
const comment = (minute: number): TimelineItem => ({ type: 'comment', by, at: at(minute) });
const note = (minute: number): TimelineItem => ({ type: 'work_note', by, at: at(minute) });

describe('the story', () => {
  test('public shows no note, internal no comment', () => {
    const items = [comment(1), note(2), fact(3)];
    expect(filterStory(items, 'public').map((one) => one.type)).toEqual(['comment']);
    expect(filterStory(items, 'internal').map((one) => one.type)).toEqual(['work_note']);
    expect(countStory(items)).toEqual({ all: 3, public: 1, internal: 1, changes: 1 });
  });

  test('a long run of changes folds, a short one does not', () => {
    const long = layOut([1, 2, 3, 4, 5].map(fact), { days: false, tail: 0, fold: true });
    expect(long.map((piece) => piece.type)).toEqual(['fold']);
    const short = layOut([1, 2, 3, 4].map(fact), { days: false, tail: 0, fold: true });
    expect(short.map((piece) => piece.type)).toEqual(['item', 'item', 'item', 'item']);
  });

  test('words never fold on the ticket page', () => {
    const pieces = layOut([comment(1), note(2), comment(3), note(4), comment(5), note(6)], { days: false, tail: 0, fold: true });
    expect(pieces.every((piece) => piece.type === 'item')).toBe(true);
  });

  test('the preview keeps the last entries open and says how many of the others are internal', () => {
    const pieces = layOut([note(1), comment(2), comment(3), comment(4), comment(5), comment(6)], { days: false, tail: 3, fold: true });
    expect(pieces[0]).toMatchObject({ type: 'fold', internal: 1 });
    expect(pieces).toHaveLength(4);
  });

  test('a day is named once', () => {
    const pieces = layOut([comment(1), comment(2)], { days: true, tail: 0, fold: true });
    expect(pieces.map((piece) => piece.type)).toEqual(['day', 'item', 'item']);
  });
});
