import { commands } from '@/api/incidents';
import { instantOf } from '@/app/format';

/** The order in which actions are offered; whether one is possible the server says. */
export const ACTIONS = ['resume', 'hold', 'resolve', 'reopen', 'close', 'cancel', 'duplicate', 'unmerge'];

/** The inputs of each action, as the API names them. */
export const INPUTS: Record<string, string[]> = {
  hold: ['on_hold_reason', 'until', 'comment'],
  resolve: ['close_code', 'close_notes'],
  reopen: ['comment'],
  cancel: ['reason'],
  duplicate: ['of'],
};

/** Those without which the server refuses; marked, never checked here. */
const REQUIRED: Record<string, string[]> = {
  hold: ['on_hold_reason'],
  resolve: ['close_code', 'close_notes'],
  reopen: ['comment'],
  cancel: ['reason'],
  duplicate: ['of'],
};

type Values = Record<string, string>;

/** Whether an input is marked as needed; a date alone says enough about waiting. */
export function needs(action: string, name: string, values: Values): boolean {
  if (action === 'hold' && values.until) return false;
  return REQUIRED[action]?.includes(name) ?? false;
}

/** Sends one action with what was typed. A field left empty is not sent: the server says whether it needs it. */
export function send(action: string, number: string, values: Values): Promise<unknown> {
  const given = (name: string) => (values[name] === '' ? undefined : values[name]) as string;
  switch (action) {
    case 'hold':
      return commands.hold(number, {
        ...(values.on_hold_reason ? { on_hold_reason: values.on_hold_reason } : {}),
        ...(values.until ? { until: instantOf(values.until) } : {}),
        ...(values.comment ? { comment: values.comment } : {}),
      });
    case 'resume':
      return commands.resume(number);
    case 'resolve':
      return commands.resolve(number, { close_code: given('close_code'), close_notes: given('close_notes') });
    case 'close':
      return commands.close(number);
    case 'reopen':
      return commands.reopen(number, { comment: given('comment') });
    case 'cancel':
      return commands.cancel(number, { reason: given('reason') });
    case 'duplicate':
      return commands.duplicate(number, { of: given('of') });
    case 'unmerge':
      return commands.unmerge(number);
    default:
      return Promise.reject(new Error(`no action ${action}`));
  }
}
