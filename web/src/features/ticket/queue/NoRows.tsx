import { IconSearch } from '@tabler/icons-react';
import { own, t } from '@/app/i18n';
import { Link } from '@/app/links';
import { conditions } from '@/app/paths';
import type { About, Listed } from '@/app/records';
import { buttonClass } from '@/ui/Button';
import { Empty } from '@/ui/States';
import { asked } from './condition';

/** What is not there, in the words that were asked for. */
function nothing({ kind }: About, q: string, name: string | undefined): string {
  if (name !== undefined) return t(own(kind, 'queue.emptyNamed'), { name });
  const { open, words } = asked(q);
  return open ? t(own(kind, 'queue.emptyOpenWords'), { words }) : t(own(kind, 'queue.emptyWords'), { words });
}

type Props = { at: Listed; q: string; /** How the queue is called, if it is one of the rail. */ name: string | undefined; /** The condition cannot be read. */ bad: boolean };

/** What a queue without rows says: what is true now, and one next step. */
export function NoRows({ at, q, name, bad }: Props) {
  if (q === conditions.mine) {
    return (
      <Empty
        title={t('ticket:queue.emptyMine')}
        actions={
          <Link className={buttonClass('primary')} to={at.queue(conditions.unassigned)}>
            {t('ticket:queue.seeUnassigned')}
          </Link>
        }
      >
        {t(own(at.kind, 'queue.emptyMineText'))}
      </Empty>
    );
  }
  if (q === conditions.open) {
    return (
      <Empty
        title={t(own(at.kind, 'queue.emptyOpen'))}
        actions={
          <Link className={buttonClass('primary')} to={at.queue(conditions.all)}>
            {t('ticket:queue.seeAll')}
          </Link>
        }
      >
        {t('ticket:queue.emptyOpenText')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconSearch aria-hidden />}
      title={bad ? t('ticket:queue.bad') : nothing(at, q, name)}
      actions={
        <>
          <Link className={buttonClass()} to={at.queue(conditions.open)}>
            {t('ticket:queue.seeOpen')}
          </Link>
          <Link className={buttonClass('ghost')} to={at.queue(conditions.all)}>
            {t('ticket:queue.seeAll')}
          </Link>
        </>
      }
    />
  );
}
