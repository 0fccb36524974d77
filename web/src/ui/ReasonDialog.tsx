// Asks for a reason before something that leaves a trace.
import { Textarea } from '@/ui/inputs';
import { useState } from 'react';
import { t } from '@/app/i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorBanner } from './States';
import { splitErrors } from './form';

type Props = {
  title: string;
  text: string;
  action: string;
  error: unknown;
  busy?: boolean;
  field?: string;
  onClose: () => void;
  onSubmit: (reason: string) => void;
};

export function ReasonDialog({ title, text, action, error, busy, field = 'reason', onClose, onSubmit }: Props) {
  const [reason, setReason] = useState('');
  const { byField, rest } = splitErrors(error, [field]);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(reason);
        }}
      >
        <p className="meta">{text}</p>
        {rest != null && <ErrorBanner error={rest} />}
        <Textarea label={t('common:reason')} rows={3} autoFocus value={reason} error={byField[field]} onChange={(e) => setReason(e.currentTarget.value)} />
        <div className="end">
          <Button type="submit" tone="danger" busy={busy}>
            {action}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            {t('common:cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
