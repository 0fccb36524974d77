import { expect, test } from 'vitest';
import type { Step } from '@/api/types';
import { actionsOf, bodyOf, inputsOf, needs } from './actions';

const step = (action: string, required: string[], one_of: string[] = []): Step => ({ from: 'new', action, to: 'new', who: 'agent', required, one_of });
const STEPS = [step('hold', [], ['on_hold_reason', 'until']), step('resolve', ['close_code', 'close_notes']), step('close', [])];

test('actions that most kinds have come first, in their order, then what else the life cycle has', () => {
  const all = ['assign', 'hold', 'analyse', 'cancel', 'hold', 'resume', 'accept'].map((action) => step(action, []));
  expect(actionsOf(all)).toEqual(['resume', 'hold', 'cancel', 'analyse', 'accept']);
});

test('what an action asks for is marked as the life cycle says', () => {
  expect(inputsOf(STEPS, 'hold', true)).toEqual(['on_hold_reason', 'until', 'comment']);
  expect(inputsOf(STEPS, 'hold', false)).toEqual(['on_hold_reason', 'until']);
  expect(inputsOf(STEPS, 'resolve', true)).toEqual(['close_code', 'close_notes']);
  expect(inputsOf(STEPS, 'close', true)).toEqual([]);
  expect(needs(STEPS, 'resolve', 'close_notes', {})).toBe(true);
  expect(needs(STEPS, 'hold', 'comment', {})).toBe(false);
});

test('a date alone is enough to wait for', () => {
  expect(needs(STEPS, 'hold', 'on_hold_reason', {})).toBe(true);
  expect(needs(STEPS, 'hold', 'until', {})).toBe(false);
  expect(needs(STEPS, 'hold', 'on_hold_reason', { until: '2026-12-01T08:00' })).toBe(false);
});

test('what is left empty is not sent, and a time is sent as an instant', () => {
  expect(bodyOf({ close_code: 'solved', close_notes: '' })).toEqual({ close_code: 'solved' });
  expect(bodyOf({ until: '2026-12-01T08:00' }).until).toMatch(/^2026-1[12]-\d\dT\d\d:00:00\.000Z$/);
});
