import { commands } from '@/api/incidents';
import type { Step } from '@/api/types';
import { instantOf } from '@/app/format';

/** The order in which actions are offered; whether one is possible the server says. */
export const ACTIONS = ['resume', 'hold', 'resolve', 'reopen', 'close', 'cancel', 'duplicate', 'unmerge'];

/** What may come with an action beside what the life cycle asks for. */
const MORE: Record<string, string[]> = { hold: ['comment'] };

type Values = Record<string, string>;

/** What comes with an action, as the API names it: first what the life cycle asks for. */
export function inputsOf(steps: Step[], action: string): string[] {
  const [step] = steps.filter((one) => one.action === action);
  return step ? [...step.required, ...step.one_of, ...(MORE[action] ?? [])] : [];
}

/** Whether an input is marked as needed; of several the first, until another is given. Never checked here. */
export function needs(steps: Step[], action: string, name: string, values: Values): boolean {
  const [step] = steps.filter((one) => one.action === action);
  if (!step) return false;
  const [first, ...others] = step.one_of;
  return step.required.includes(name) || (name === first && !others.some((other) => values[other]));
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
