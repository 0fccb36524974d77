import { Dialog } from '@/ui/Dialog';
import { t } from './i18n';
import type { Kind } from './records';

const GROUPS: { name: string; keys: [string, string][] }[] = [
  { name: 'everywhere', keys: [['?', 'sheet'], ['C', 'create'], ['Ctrl K', 'find'], ['Esc', 'close']] },
  { name: 'queue', keys: [['J', 'down'], ['K', 'up'], ['Enter', 'open'], ['X', 'select'], ['/', 'filter'], ['A', 'assign'], ['A M', 'assignMe'], ['S', 'state'], ['P', 'priority'], ['R', 'reply'], ['N', 'note']] },
  { name: 'ticket', keys: [['R', 'reply'], ['N', 'note'], ['A', 'assign'], ['A M', 'assignMe'], ['S', 'state'], ['P', 'priority'], ['J', 'after'], ['K', 'before'], ['Ctrl Enter', 'send'], ['Esc', 'back']] },
];

export function KeySheet({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  // The kind's own word, else the one of all.
  const words = (name: string) => t([`desk:kind.${kind}.keys.${name}`, `desk:keys.${name}`]);
  return (
    <Dialog wide title={t('desk:keys.title')} onClose={onClose}>
      <div className="keysheet">
        {GROUPS.map((group) => (
          <section key={group.name}>
            <h3>{words(group.name)}</h3>
            <dl>
              {group.keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{words(`do.${what}`)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
