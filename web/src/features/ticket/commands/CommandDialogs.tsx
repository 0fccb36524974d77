// The dialogs behind A, S and P. They work on one ticket or on all that are marked.
import { AssignDialog } from './AssignDialog';
import { PriorityDialog } from './PriorityDialog';
import { StateDialog } from './StateDialog';
import type { Targets } from './useBulk';

export type Command = 'assign' | 'state' | 'priority';
/** Opens the dialog of a command, at an action if one is named. */
export type Run = (name: Command, action?: string) => void;
export type OpenCommand = { name: Command; numbers: string[]; action?: string };

type Props = Omit<Targets, 'numbers'> & { command: OpenCommand };

export function CommandDialogs({ command, ...rest }: Props) {
  const props = { ...rest, numbers: command.numbers };
  if (command.name === 'assign') return <AssignDialog {...props} />;
  if (command.name === 'priority') return <PriorityDialog {...props} />;
  return <StateDialog {...props} action={command.action} />;
}
