import { expect, test } from 'vitest';
import type { Session } from '@/api/types';
import { groupSessions } from './agent';

const session = (id: string, user_agent: string, last_used_at: string, more: Partial<Session> = {}) => ({ id, user_agent, address: '10.0.0.1', last_used_at, current: false, ...more }) as Session;
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36';

test('sessions that read the same stand together, and the one that asks alone and first', () => {
  const groups = groupSessions([
    session('a', CHROME, '2026-11-29T08:00:00Z'),
    session('b', CHROME.replace('140', '141'), '2026-11-29T10:00:00Z'),
    session('c', 'curl/8.5', '2026-11-29T11:00:00Z'),
    session('d', CHROME, '2026-11-29T09:00:00Z', { address: '10.0.0.2' }),
    session('e', CHROME, '2026-11-29T07:00:00Z', { current: true }),
  ]);
  expect(groups.map((group) => group.map((one) => one.id))).toEqual([['e'], ['c'], ['b', 'a'], ['d']]);
});
