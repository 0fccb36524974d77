import { describe, expect, test } from 'vitest';
import type { Attachment, TimelineItem } from '@/api/types';
import { countStory, filterStory, layOut, withDescription, withFiles, withResolutions } from './story';

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
    const long = layOut([...[1, 2, 3, 4, 5].map(fact), comment(6)], { days: false, tail: 0, fold: true });
    expect(long.map((piece) => piece.type)).toEqual(['fold', 'item']);
    const short = layOut([1, 2, 3, 4].map(fact), { days: false, tail: 0, fold: true });
    expect(short.map((piece) => piece.type)).toEqual(['item', 'item', 'item', 'item']);
  });

  test('where there is nothing else nothing folds', () => {
    const pieces = layOut([1, 2, 3, 4, 5].map(fact), { days: false, tail: 0, fold: true });
    expect(pieces.every((piece) => piece.type === 'item')).toBe(true);
  });

  test('what solved it stands in the conversation', () => {
    const resolved = { ...fact(3), fact: { kind: 'incident.resolved', changes: [{ field: 'close_notes', from: null, to: 'New drum.' }] } } as unknown as TimelineItem;
    const story = withResolutions([comment(1), resolved]);
    expect(story.map((one) => one.type)).toEqual(['comment', 'fact', 'comment']);
    expect(story[2]?.entry?.text).toBe('New drum.');
    expect(withResolutions([fact(1)])).toHaveLength(1);
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

describe('files', () => {
  const file = (id: string, audience: string, entry: string | null) => ({ id, audience, entry, at: at(5) }) as Attachment;
  const attached = (id: string): TimelineItem => ({ type: 'fact', by, at: at(5), fact: { kind: 'incident.attachment_added', changes: [{ field: 'attachment', to: id }] as never } });
  const said = { ...comment(4), entry: { id: 'e1' } } as TimelineItem;

  test('a file stands in its message, and its fact is not told twice', () => {
    const story = withFiles([said, attached('f1')], [file('f1', 'public', 'e1')]);
    expect(story.map((one) => [one.type, one.files?.length])).toEqual([['comment', 1]]);
  });

  test('a file without a word stands on the paper of its audience', () => {
    const story = withFiles([attached('f1'), attached('f2')], [file('f1', 'internal', null), file('f2', 'public', null)]);
    expect(story.map((one) => [one.type, one.alone])).toEqual([['work_note', true], ['comment', true]]);
  });

  test('what was removed stays the fact it is', () => {
    expect(withFiles([attached('gone'), said], [file('f1', 'public', 'e1')]).map((one) => one.type)).toEqual(['fact', 'comment']);
  });

  test('the description is said first', () => {
    const opened = { description: 'It is broken.', opened_at: at(0), opened_by: by, caller: by };
    expect(withDescription([fact(1)], opened as never).map((one) => one.type)).toEqual(['comment', 'fact']);
    expect(withDescription([fact(1)], { ...opened, description: null } as never)).toHaveLength(1);
  });
});
