import { IconWifiOff } from '@tabler/icons-react';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';

/** What was written is not sent: why, and that one decides. */
export function Unsent({ title, text, onTry, onStop }: { title?: string; text: string; onTry?: () => void; onStop: () => void }) {
  return (
    <div className="ban w" role="alert">
      <IconWifiOff aria-hidden />
      <div>
        {title && <div className="strong">{title}</div>}
        <p>{text}</p>
      </div>
      <div className="row">
        {onTry && (
          <Button small onClick={onTry}>
            {t('ticket:composer.tryNow')}
          </Button>
        )}
        <Button small tone="ghost" onClick={onStop}>
          {t('ticket:composer.stop')}
        </Button>
      </div>
    </div>
  );
}
