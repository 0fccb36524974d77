import type { ComponentProps } from 'react';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { Composer } from './Composer';
import { draftKey, readDraft, type Mode } from './draft';

const FINAL = new Set(['closed', 'canceled']);
const MODES: Mode[] = ['reply', 'note'];

type Props = ComponentProps<typeof Composer> & { onWrite: (mode: Mode) => void };

/** The composer; on what is final it waits until one wants to write, unless a draft is there already. */
export function Docked({ onWrite, ...props }: Props) {
  const me = useMe();
  const { ticket, wanted } = props;
  const drafted = MODES.some((mode) => readDraft(draftKey(me.id, ticket.number, mode)) !== '');
  if (FINAL.has(ticket.state) && wanted.serial === 0 && !drafted) {
    return (
      <div className="row final">
        <span className="meta">{t(`${kindOf(ticket).kind}:closed`)}</span>
        <Button small className="push" onClick={() => onWrite('note')}>
          {t('ticket:composer.openClosed')}
        </Button>
      </div>
    );
  }
  return <Composer {...props} />;
}
