import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { RecordLink } from './RecordLink';
import { aboutRecord, ALL_KINDS, isQueue, isRecordPage, kindAt, kindOf, pageOf } from './records';

describe('the kind of a record', () => {
  test('is the one that the API names, else the one of the letters of its number', () => {
    expect(aboutRecord({ kind: 'incident' })?.place).toBe('incidents');
    expect(aboutRecord({ number: 'INC0000012' })?.kind).toBe('incident');
    expect(aboutRecord({ kind: 'person', number: 'INC0000012' })).toBeUndefined();
    for (const number of ['INCA1', 'XINC1', 'INC', '12', '']) expect(aboutRecord({ number })).toBeUndefined();
    expect(() => kindOf({ number: 'XYZ1' })).toThrow('XYZ1');
  });

  test('no two share letters or place', () => {
    for (const of of ['prefix', 'place'] as const) expect(new Set(ALL_KINDS.map((one) => one[of])).size).toBe(ALL_KINDS.length);
  });

  test('gives the page, and none where there is none', () => {
    expect(pageOf({ number: 'INC0000012' })).toBe('/incidents/INC0000012');
    expect(pageOf({ number: 'XYZ1' })).toBeUndefined();
    expect(pageOf({ kind: 'incident' })).toBeUndefined();
  });

  test('without a page it is shown without a link', () => {
    expect(renderToStaticMarkup(createElement(RecordLink, { record: { number: 'XYZ1', name: 'Strange' } }))).toBe('XYZ1');
    expect(renderToStaticMarkup(createElement(RecordLink, { record: { name: 'Strange' } }))).toBe('Strange');
  });

  test('is that of the list, record or form on screen, else the first', () => {
    for (const path of ['/queue', '/incidents/INC0000012', '/incidents/new', '/people/ben', '/']) expect(kindAt(path).kind).toBe('incident');
    expect(isQueue('/queue', kindAt('/queue'))).toBe(true);
    for (const path of ['/incidents/INC0000012', '/queues', '/people']) expect(isQueue(path, kindAt(path))).toBe(false);
  });

  test('the page of one record is neither a list nor a form', () => {
    expect(isRecordPage('/incidents/INC0000012')).toBe(true);
    for (const path of ['/incidents', '/incidents/', '/incidents/new', '/incidents/INC1/files', '/people/ben', '/queue']) expect(isRecordPage(path)).toBe(false);
  });
});
