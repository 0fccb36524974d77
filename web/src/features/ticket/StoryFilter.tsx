import { IconArrowBackUp, IconLock } from '@tabler/icons-react';
import type { TimelineItem } from '@/api/types';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { countStory, type Show } from './story';

const SHOWS: Show[] = ['all', 'public', 'internal', 'changes'];

export function StoryFilter({ items, show, onShow, onDetails }: { items: TimelineItem[]; /** null while the details are shown. */ show: Show | null; onShow: (show: Show) => void; onDetails?: () => void }) {
  const counts = countStory(items);
  return (
    <div className="tl-bar" role="group" aria-label={t('ticket:timeline.show')}>
      {SHOWS.map((one) => (
        <Button key={one} tone="ghost" small aria-pressed={show === one} onClick={() => onShow(one)}>
          {one === 'public' && <IconArrowBackUp aria-hidden />}
          {one === 'internal' && <IconLock aria-hidden />}
          {t(`ticket:timeline.${one}`)} {counts[one]}
        </Button>
      ))}
      {onDetails ? (
        <Button tone="ghost" small className="push" aria-pressed={show === null} onClick={onDetails}>
          {t('ticket:timeline.details')}
        </Button>
      ) : (
        <span className="push meta">{t('ticket:timeline.order')}</span>
      )}
    </div>
  );
}
