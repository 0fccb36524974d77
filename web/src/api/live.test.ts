import { expect, test } from 'vitest';
import { isAbout } from './live';

test('news of another kind, and of the bell, are not about a kind, but what was missed may be', () => {
  const record = (kind: string) => ({ type: 'record', record: { kind, id: '1' } }) as const;
  expect(isAbout(record('incident'), 'incident')).toBe(true);
  expect(isAbout(record('person'), 'incident')).toBe(false);
  expect(isAbout({ type: 'notification' }, 'incident')).toBe(false);
  expect(isAbout({ type: 'reconnected' }, 'incident')).toBe(true);
});
