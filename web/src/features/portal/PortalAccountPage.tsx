import '../account/texts';
import '@/ui/page.css';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe, useSignOut, worksAtDesk } from '@/app/session';
import { Button, buttonClass } from '@/ui/Button';
import { Appearance } from '../account/Appearance';
import { Sessions } from '../account/Sessions';
import { PasswordForm } from '../account/PasswordForm';

export function PortalAccountPage() {
  const me = useMe();
  const out = useSignOut();
  const go = useGo();
  return (
    <main className="wrap account">
      <title>{`${t('account:title')} · ${t('portal:name')}`}</title>
      <h1>{me.name}</h1>
      {worksAtDesk(me) && (
        <div className="row wrap-row">
          <a className={buttonClass('ghost')} href="/">
            {t('portal:account.desk')}
          </a>
        </div>
      )}
      <Appearance keys={false} />
      <Sessions />
      <PasswordForm />
      <div className="row wrap-row">
        <Button onClick={() => void out().then(() => go(paths.portalSignIn()))}>{t('session:signOut')}</Button>
      </div>
    </main>
  );
}
