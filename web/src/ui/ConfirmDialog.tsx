// Asks before something that cannot be taken back with one click.
import { t } from '@/app/i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorBanner } from './States';

type Props = { title: string; text: string; action: string; keep?: string; error?: unknown; busy?: boolean; onClose: () => void; onConfirm: () => void };

export function ConfirmDialog({ title, text, action, keep, error, busy, onClose, onConfirm }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {error != null && <ErrorBanner error={error} />}
      <div className="row">
        <Button tone="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
        <Button tone="ghost" data-autofocus onClick={onClose}>
          {keep ?? t('common:cancel')}
        </Button>
      </div>
    </Dialog>
  );
}
