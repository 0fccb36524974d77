import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import type { OpenCommand } from '../commands/CommandDialogs';

const COMMANDS: [OpenCommand['kind'], string][] = [['assign', 'A'], ['state', 'S'], ['priority', 'P']];

/** What can be done with the selected rows; it stands in the bar, so that no row moves. */
export function MarkBar({ onRun, onClear }: { onRun: (kind: OpenCommand['kind']) => void; onClear: () => void }) {
  return (
    <div className="row marks" role="toolbar" aria-label={t('incident:queue.marks')}>
      {COMMANDS.map(([kind, letter]) => (
        <Button key={kind} small onClick={() => onRun(kind)}>
          {t(`incident:command.${kind}`)} <kbd aria-hidden>{letter}</kbd>
        </Button>
      ))}
      <Button small tone="ghost" onClick={onClear}>
        {t('incident:queue.clearMarks')}
      </Button>
    </div>
  );
}
