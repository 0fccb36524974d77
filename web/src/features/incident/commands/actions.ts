import { PLACE } from '@/api/incidents';
import { ticketCommands } from '@/api/tickets';
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

/** What was typed, as the API takes it. A field left empty is not sent: the server says whether it needs it. */
export function bodyOf(values: Values): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, name === 'until' ? instantOf(value) : value]));
}

export const send = (action: string, number: string, values: Values): Promise<unknown> => ticketCommands.act(PLACE, number, action, bodyOf(values));
