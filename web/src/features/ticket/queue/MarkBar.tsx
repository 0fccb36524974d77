import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import type { Command } from '../commands/CommandDialogs';

const COMMANDS: [Command, string][] = [['assign', 'A'], ['state', 'S'], ['priority', 'P']];

/** What can be done with the selected rows; it stands in the bar, so that no row moves. */
export function MarkBar({ onRun, onClear }: { onRun: (name: Command) => void; onClear: () => void }) {
  return (
    <div className="row marks" role="toolbar" aria-label={t('ticket:queue.marks')}>
      {COMMANDS.map(([name, letter]) => (
        <Button key={name} small onClick={() => onRun(name)}>
          {t(`ticket:command.${name}`)} <kbd aria-hidden>{letter}</kbd>
        </Button>
      ))}
      <Button small tone="ghost" onClick={onClear}>
        {t('ticket:queue.clearMarks')}
      </Button>
    </div>
  );
}
