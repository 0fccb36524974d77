// The rail: the way to everything, and who is signed in. On a phone it is a bar with a menu.
import { IconKey, IconKeyboard, IconMenu2, IconSearch } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { Bell } from '@/features/notification/Bell';
import { Avatar } from '@/ui/Tags';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { askFind } from './find';
import { t } from './i18n';
import { Link, useGo } from './links';
import { useKeys } from './keys';
import { conditions, paths } from './paths';
import { RailNav } from './RailNav';
import { isQueue, kindAt } from './records';
import { useMe } from './session';

/** Goes to the list of the kind one is at, with the cursor in its condition; and how that is called. */
function useFind(): { find: () => void; label: string } {
  const go = useGo();
  const { pathname } = useLocation();
  const at = kindAt(pathname);
  const find = () => {
    if (!isQueue(pathname, at)) go(at.queue(conditions.open));
    askFind();
  };
  useKeys({ 'ctrl+k': find });
  return { find, label: t(`desk:kind.${at.kind}.find`) };
}

export function Rail({ small, onKeys }: { small: boolean; onKeys: () => void }) {
  const { find, label } = useFind();
  return (
    <nav className={`rail${small ? ' min' : ''}`} aria-label={t('desk:main')}>
      <Brand small={small} />
      {small ? (
        <Button tone="ghost" icon className="railfind" aria-label={label} title={label} onClick={find}>
          <IconSearch aria-hidden />
        </Button>
      ) : (
        <button type="button" className="seek" onClick={find}>
          <IconSearch aria-hidden />
          <span className="grow start">{label}</span>
          <kbd>Ctrl K</kbd>
        </button>
      )}
      <RailNav small={small} />
      <div className="who">
        <Self small={small} />
        <Bell />
        {!small && (
          <Button tone="ghost" small icon aria-label={t('desk:keys.title')} title={t('desk:keys.title')} onClick={onKeys}>
            <IconKeyboard aria-hidden />
          </Button>
        )}
      </div>
    </nav>
  );
}

/** The same on a phone. */
export function TopBar() {
  const { find, label } = useFind();
  const [open, setOpen] = useState(false);
  return (
    <nav className="topbar" aria-label={t('desk:main')}>
      <Button tone="ghost" icon aria-label={t('desk:menu')} aria-expanded={open} onClick={() => setOpen(true)}>
        <IconMenu2 aria-hidden />
      </Button>
      <Brand small={false} />
      <span className="push" />
      <Button tone="ghost" icon aria-label={label} onClick={find}>
        <IconSearch aria-hidden />
      </Button>
      <Bell />
      <Self small />
      {open && (
        <Dialog title={t('desk:menu')} onClose={() => setOpen(false)}>
          <RailNav small={false} onGo={() => setOpen(false)} />
        </Dialog>
      )}
    </nav>
  );
}

function Brand({ small }: { small: boolean }) {
  return (
    <Link className="brand quiet" to={paths.queue()} aria-label={t('common:product')}>
      <span className="mark">
        <IconKey aria-hidden />
      </span>
      {!small && t('common:product')}
    </Link>
  );
}

function Self({ small }: { small: boolean }) {
  const me = useMe();
  return (
    <Link to={paths.account()} className="quiet whoami" title={small ? me.name : undefined}>
      <Avatar name={me.name} me />
      <span className="vh">{t('desk:place.account')} </span>
      <span className={small ? 'vh' : 'grow cut mid'}>{me.name}</span>
    </Link>
  );
}
