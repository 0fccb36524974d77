import './texts';
import './file.css';
import { IconX } from '@tabler/icons-react';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { fileSize } from '@/ui/time';
import { FileIcon } from './FileChip';
import type { Outbox, Staged } from './useOutbox';

/** What waits, how far it is, what failed and why. */
export function StagedFiles({ outbox }: { outbox: Outbox }) {
  if (outbox.staged.length === 0) return null;
  return (
    <ul className="staged" aria-label={t('file:staged')}>
      {outbox.staged.map((one) => (
        <li key={one.id} className={one.state}>
          <FileIcon type={one.file.type} />
          <b className="cut">{one.file.name}</b>
          <span className="staged-what" role={one.state === 'failed' ? 'alert' : undefined}>
            {words(one)}
          </span>
          <Button tone="ghost" small icon aria-label={t(one.state === 'sending' ? 'file:stop' : 'file:remove', { name: one.file.name })} onClick={() => outbox.remove(one.id)}>
            <IconX aria-hidden />
          </Button>
          {one.state === 'sending' && <progress value={one.part} max={1} aria-label={one.file.name} />}
        </li>
      ))}
    </ul>
  );
}

function words(one: Staged): string {
  if (one.state === 'sending') return t('file:sending', { percent: Math.floor(one.part * 100) });
  if (one.state === 'failed') return t('file:failed', { reason: one.error });
  return t('file:waiting', { size: fileSize(one.file.size) });
}
