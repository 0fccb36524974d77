import { describe, expect, test } from 'vitest';
import { ApiError } from '@/api/client';
import { nameCondition } from '@/api/refs';
import { byName, instantOf, number, setZone, shownZone } from '@/app/format';
import { addTexts } from '@/app/i18n';
import { isTyping, keyName } from '@/app/keys';
import { conditions, paths } from '@/app/paths';
import { parseQuery, stringifyQuery } from '@/app/query';
import { safeBack } from '@/features/session/back';
import common from '@/locales/en/common.json';
import { splitErrors } from './form';
import { errorText } from './States';
import { initials } from './Tags';
import { dayInText, fileSize, moment, onOneDay, span } from './time';

describe('errors of a form', () => {
  const error = new ApiError({ title: 'Two fields', status: 422, errors: [{ field: 'name', rule: 'required', message: 'is needed' }, { field: 'login', rule: 'unique', message: 'is taken' }] });

  test('what names a field of the form stands there and nowhere else', () => {
    expect(splitErrors(error, ['name', 'login'])).toEqual({ byField: { name: 'This is needed.', login: 'Is taken.' }, rest: null });
  });

  test('what names no field of the form is not lost', () => {
    expect(splitErrors(error, ['name'])).toEqual({ byField: { name: 'This is needed.' }, rest: error });
  });
});

describe('refusals', () => {
  const refused = (detail: string) => errorText(new ApiError({ title: 'Forbidden', status: 403, detail }));

  test('the name of an action becomes words, the role stays', () => {
    expect(refused('permission.read asks for the role auditor or administrator')).toBe('Your role does not let you see the permissions. It asks for the role auditor or administrator.');
    expect(refused('rule.create asks for the role incident_manager')).toBe('Your role does not let you do this. It asks for the role incident manager.');
  });

  test('fields are named without the signs of the API', () => {
    const errors = [{ field: 'close_code', rule: 'required', message: 'is required' }, { field: 'of', rule: 'reference', message: 'no incident has this number' }];
    expect(errorText(new ApiError({ title: 'x', status: 422, detail: 'close_code: is required; of: no incident has this number', errors }))).toBe('Close code is required. No incident has this number.');
  });
});

describe('names', () => {
  test('stand in the order that people expect', () => {
    expect(['Group 10', 'Group 2', 'group 1'].map((name) => ({ name })).toSorted(byName).map((one) => one.name)).toEqual(['group 1', 'Group 2', 'Group 10']);
  });
});

describe('links', () => {
  test('a condition in the URL stays whole', () => {
    const q = conditions.team('Network & "VPN"');
    expect(parseQuery(paths.queue(q).split('?')[1] ?? '')).toEqual({ q });
    expect(stringifyQuery({ q: 'a b', at: undefined })).toBe('?q=a+b');
  });

  test('after the sign-in one only goes to this site', () => {
    for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', null]) expect(safeBack(bad, '/home')).toBe('/home');
    expect(safeBack('/incidents/INC1?x=1', '/home')).toBe('/incidents/INC1?x=1');
  });
});

describe('keys', () => {
  const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

  test('names', () => {
    expect(keyName(press('j'))).toBe('j');
    expect(keyName(press('k', { metaKey: true }))).toBe('ctrl+k');
  });

  test('a letter in a field is a letter', () => {
    document.body.innerHTML = '<textarea></textarea><div role="listbox"></div><dialog><button></button></dialog>';
    expect(isTyping(document.querySelector('textarea'))).toBe(true);
    expect(isTyping(document.querySelector('dialog button'))).toBe(true);
    expect(isTyping(document.querySelector('[role="listbox"]'))).toBe(false);
  });
});

describe('small words', () => {
  test('initials', () => {
    expect(initials('Ben Adeyemi')).toBe('BA');
    expect(initials('Dr. Sofia Rossi')).toBe('DR');
    expect(initials('admin')).toBe('A');
    expect(initials('')).toBe('?');
  });

  test('sizes', () => {
    expect(fileSize(14_000)).toBe('14 KB');
    expect(fileSize(1_500_000)).toBe('1.5 MB');
    expect(fileSize(12)).toBe('12 B');
  });

  test('a search by name has the beginnings of words alone', () => {
    expect(nameCondition('  Lucie Dvořáková ')).toBe('Lucie* Dvořáková*');
    expect(nameCondition('this or that')).toBe('this* that*');
    expect(nameCondition('"(')).toBeUndefined();
  });
});

describe('times and numbers', () => {
  addTexts('common', common);
  const now = new Date('2026-11-24T12:00:00Z');

  test('a time is told in the zone of the person', () => {
    setZone('Asia/Tokyo');
    expect(moment('2026-11-24T11:00:00Z', now)).toBe('today 20:00');
    expect(moment('2026-11-23T16:00:00Z', now)).toBe('today 01:00');
    expect(onOneDay('2026-11-23T14:59:00Z', '2026-11-23T15:01:00Z')).toBe(false);
    setZone('America/New_York');
    expect(moment('2026-11-23T16:00:00Z', now)).toBe('yesterday 11:00');
    setZone('No/Such');
    expect(shownZone()).not.toBe('America/New_York');
    setZone(null);
  });

  test('a time that is typed is meant in the zone in which times are shown', () => {
    setZone('Asia/Tokyo');
    expect(instantOf('2026-11-24T14:00')).toBe('2026-11-24T05:00:00.000Z');
    setZone('Europe/Prague');
    expect(instantOf('2026-07-01T14:00')).toBe('2026-07-01T12:00:00.000Z');
    expect(instantOf('2026-10-25T12:00')).toBe('2026-10-25T11:00:00.000Z');
    expect(instantOf('2026-03-29T12:00')).toBe('2026-03-29T10:00:00.000Z');
    setZone(null);
  });

  test('an age is never wide', () => {
    for (const iso of ['2026-11-24T11:59:50Z', '2026-11-24T11:01:00Z', '2026-09-27T00:00:00Z', '2024-12-01T00:00:00Z', '1990-01-01T00:00:00Z']) {
      expect(span(iso, now).length).toBeLessThan(7);
    }
  });

  test('a year is named when it is another one', () => {
    expect(dayInText('2016-03-14T08:00:00Z', now, 'short')).toMatch(/2016/);
    expect(dayInText('2026-03-14T08:00:00Z', now)).not.toMatch(/2026/);
  });

  test('numbers have separators', () => {
    expect(number(24918)).toBe('24,918');
    expect(number(1.25, 1)).toBe('1.3');
  });
});
