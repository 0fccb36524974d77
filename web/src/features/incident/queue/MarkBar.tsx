import { t } from '@/app/i18n';
import type { Command } from '@/features/ticket/commands/CommandDialogs';
import { Button } from '@/ui/Button';

const COMMANDS: [Command, string][] = [['assign', 'A'], ['state', 'S'], ['priority', 'P']];

/** What can be done with the selected rows; it stands in the bar, so that no row moves. */
export function MarkBar({ onRun, onClear }: { onRun: (name: Command) => void; onClear: () => void }) {
  return (
    <div className="row marks" role="toolbar" aria-label={t('incident:queue.marks')}>
      {COMMANDS.map(([name, letter]) => (
        <Button key={name} small onClick={() => onRun(name)}>
          {t(`ticket:command.${name}`)} <kbd aria-hidden>{letter}</kbd>
        </Button>
      ))}
      <Button small tone="ghost" onClick={onClear}>
        {t('incident:queue.clearMarks')}
      </Button>
    </div>
  );
}
