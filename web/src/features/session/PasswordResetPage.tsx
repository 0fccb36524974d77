import { PasswordInput, TextInput } from '@/ui/inputs';
import { useState, type FormEvent } from 'react';
import { api, ok } from '@/api/client';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { Button, buttonClass } from '@/ui/Button';
import { useFormErrors } from '@/ui/form';
import { ErrorBanner } from '@/ui/States';

export function PasswordResetPage() {
  const [token, setToken] = useState(new URLSearchParams(window.location.search).get('token') ?? '');
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const errors = useFormErrors(['token', 'new_password']);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    errors.clear();
    try {
      await ok(api.POST('/api/v1/password-reset', { body: { token, new_password: password } }));
      setDone(true);
    } catch (error) {
      errors.take(error);
    }
  };
  return (
    <main className="signin">
      <div className="signin-box">
        <h1>{t('session:reset.title')}</h1>
        {done ? (
          <div className="form">
            <p role="status">{t('session:reset.done')}</p>
            <Link className={buttonClass('primary')} to={paths.signIn()}>
              {t('session:submit')}
            </Link>
          </div>
        ) : (
          <form className="form" onSubmit={(event) => void submit(event)}>
            <p className="meta">{t('session:reset.text')}</p>
            {errors.rest != null && <ErrorBanner error={errors.rest} />}
            <TextInput label={t('session:reset.token')} value={token} required withAsterisk={false} error={errors.of('token')} onChange={(e) => setToken(e.currentTarget.value)} />
            <PasswordInput label={t('session:reset.new')} autoComplete="new-password" required withAsterisk={false} value={password} error={errors.of('new_password')} onChange={(e) => setPassword(e.currentTarget.value)} />
            <Button type="submit" tone="primary">
              {t('session:reset.submit')}
            </Button>
          </form>
        )}
      </div>
    </main>
  );
}
