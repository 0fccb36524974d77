import { IconLock } from '@tabler/icons-react';
import { t } from '@/app/i18n';
import type { Audience } from './audience';
import type { Mode } from './draft';
import { PublicIcon } from './PublicIcon';

type Props = { id: string; mode: Mode; audience: Audience; small?: boolean; onChange: (mode: Mode, focus?: boolean) => void };

const TABS: [Mode, string][] = [['reply', 'R'], ['note', 'N']];

/** Reply (or comment) and internal note; arrows go from one to the other. */
export function ComposerTabs({ id, mode, audience, small, onChange }: Props) {
  return (
    <div className="tabs" role="tablist" aria-label={t('ticket:composer.kind')}>
      {TABS.map(([of, letter]) => (
        <button
          key={of}
          type="button"
          role="tab"
          id={`${id}-${of}`}
          aria-selected={mode === of}
          aria-controls={`${id}-panel`}
          tabIndex={mode === of ? 0 : -1}
          // A press that took the focus would open the folded composer, and the tab would move from under the finger.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChange(of)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
            const other = of === 'reply' ? 'note' : 'reply';
            onChange(other, false);
            document.getElementById(`${id}-${other}`)?.focus();
          }}
        >
          {of === 'reply' ? <PublicIcon audience={audience} /> : <IconLock aria-hidden />}
          {t(`ticket:composer.${of}`, audience)} {!small && <kbd aria-hidden>{letter}</kbd>}
        </button>
      ))}
    </div>
  );
}
