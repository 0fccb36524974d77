import { IconStack2, IconKey, IconMessagePlus } from '@tabler/icons-react';
import { Outlet, useLocation } from '@tanstack/react-router';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { useMaybeMe } from '@/app/session';
import { Avatar } from '@/ui/Tags';
import { useMedia } from '@/ui/useMedia';

const BIG = '(min-width: 760px)';

export function PortalShell() {
  const { pathname } = useLocation();
  const me = useMaybeMe();
  const wide = useMedia(BIG);
  if (!me) return null;
  // One item has a head of its own, with the way back.
  const top = !pathname.startsWith(paths.portalItem(''));
  const here = (path: string) => (pathname === path ? 'page' : undefined);
  // On a big screen the thumb is not near the lower edge.
  const tabs = (
    <nav className={wide ? 'toptabs' : 'tabs'} aria-label={t('portal:main')}>
      <Link to={paths.portal()} aria-current={here(paths.portal())}>
        <IconStack2 aria-hidden />
        {t('portal:tab.mine')}
      </Link>
      <Link to={paths.portalReport()} aria-current={here(paths.portalReport())}>
        <IconMessagePlus aria-hidden />
        {t('portal:tab.report')}
      </Link>
    </nav>
  );
  return (
    <div className={`portal${top ? ' tabbed' : ''}`}>
      {top && (
        <header className="top">
          <span className="mark">
            <IconKey aria-hidden />
          </span>
          {t('portal:name')}
          {wide && tabs}
          <Link className="push quiet whoami" to={paths.portalAccount()}>
            <Avatar name={me.name} large />
            <span className="vh">{t('portal:account.open', { name: me.name })}</span>
          </Link>
        </header>
      )}
      <Outlet />
      {top && !wide && tabs}
    </div>
  );
}
