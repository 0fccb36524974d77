import { t } from '@/app/i18n';

const KEYS: [string[], string][] = [
  [['J', 'K'], 'move'],
  [['Enter'], 'open'],
  [['X'], 'select'],
  [['A'], 'assign'],
  [['S'], 'state'],
  [['P'], 'priority'],
];

export function QueueFoot() {
  return (
    <div className="foot">
      {KEYS.map(([names, what]) => (
        <span key={what}>
          {names.map((name) => (
            <kbd key={name}>{name}</kbd>
          ))}
          {t(`ticket:foot.${what}`)}
        </span>
      ))}
      <span className="push">
        <kbd>?</kbd>
        {t('ticket:foot.all')}
      </span>
    </div>
  );
}
