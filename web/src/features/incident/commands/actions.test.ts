import { expect, test } from 'vitest';
import { needs } from './actions';

test('a date alone is enough to wait for', () => {
  expect(needs('hold', 'on_hold_reason', {})).toBe(true);
  expect(needs('hold', 'on_hold_reason', { until: '2026-12-01T08:00' })).toBe(false);
  expect(needs('hold', 'comment', {})).toBe(false);
  expect(needs('resolve', 'close_notes', { until: '2026-12-01T08:00' })).toBe(true);
});
