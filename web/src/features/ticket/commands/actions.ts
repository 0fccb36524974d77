// The actions of a life cycle: in which order they are offered, what they ask for, how it is sent.
import type { Step } from '@/api/types';
import { instantOf } from '@/app/format';

/** It has a dialog of its own. */
const ASSIGN = 'assign';
/** What most kinds have, in the order in which it is offered; what else a kind has comes behind. */
const FIRST = ['resume', 'hold', 'resolve', 'reopen', 'close', 'cancel'];

type Values = Record<string, string>;

/** The actions of a life cycle as they are offered; whether one is possible the server says. */
export function actionsOf(steps: Step[]): string[] {
  const names = [...new Set(steps.map((step) => step.action))].filter((name) => name !== ASSIGN);
  return [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name))];
}

/** What comes with an action, as the API names it: first what the life cycle asks for. */
export function inputsOf(steps: Step[], action: string, hasCaller: boolean): string[] {
  const [step] = steps.filter((one) => one.action === action);
  // Who waits may be told why.
  return step ? [...step.required, ...step.one_of, ...(action === 'hold' && hasCaller ? ['comment'] : [])] : [];
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
