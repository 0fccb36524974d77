import './texts';
import '@/ui/page.css';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe, useSignOut } from '@/app/session';
import { Button } from '@/ui/Button';
import { Appearance } from './Appearance';
import { PasswordForm } from './PasswordForm';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

export function AccountPage() {
  const me = useMe();
  const out = useSignOut();
  const go = useGo();
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('account:title')}</h1>
        <span className="meta cut">
          {me.name}, {me.login}
        </span>
        <span className="push" />
        <Button small onClick={() => void out().then(() => go(paths.signIn()))}>
          {t('session:signOut')}
        </Button>
      </div>
      <div className="page-in">
        <div className="cols">
          <div className="form">
            <Tokens />
            <Sessions />
          </div>
          <div className="form">
            <Appearance />
            <PasswordForm />
          </div>
        </div>
      </div>
    </main>
  );
}
