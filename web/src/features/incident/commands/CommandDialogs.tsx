// The dialogs behind A, S and P. They work on one incident or on all that are marked.
import { AssignDialog } from './AssignDialog';
import { PriorityDialog } from './PriorityDialog';
import { StateDialog } from './StateDialog';

export type OpenCommand = { kind: 'assign' | 'state' | 'priority'; numbers: string[]; action?: string };

export function CommandDialogs({ command, onClose, onDone }: { command: OpenCommand; onClose: () => void; onDone?: () => void }) {
  const props = { numbers: command.numbers, onClose, onDone };
  if (command.kind === 'assign') return <AssignDialog {...props} />;
  if (command.kind === 'priority') return <PriorityDialog {...props} />;
  return <StateDialog {...props} action={command.action} />;
}
