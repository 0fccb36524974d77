import { PasswordInput, TextInput } from '@/ui/inputs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { api, ApiError, ok } from '@/api/client';
import type { SignInPage as Page } from '@/api/types';
import { t } from '@/app/i18n';
import { paths } from '@/app/paths';
import { signIn, worksAtDesk } from '@/app/session';
import { Button } from '@/ui/Button';
import { errorText } from '@/ui/States';
import { safeBack } from './back';

const DEFAULT_WAIT_S = 60;

function failure(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return t('session:wrong');
  if (error instanceof ApiError && error.status === 429) return error.problem.detail ? errorText(error) : t('session:tooMany', { seconds: DEFAULT_WAIT_S });
  return errorText(error);
}

export function SignInPage() {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ['sign-in'], queryFn: () => ok<Page>(api.GET('/api/v1/sign-in')), staleTime: Infinity });
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const enter = async (name: string, secret: string) => {
    setBusy(true);
    setError(null);
    try {
      const me = await signIn(client, name, secret);
      const home = worksAtDesk(me) ? '/' : paths.portal();
      const back = safeBack(new URLSearchParams(window.location.search).get('back'), home);
      const fits = worksAtDesk(me) !== back.startsWith(paths.portal());
      // The two entries are pages of their own, so the browser loads the right one.
      window.location.assign(fits ? back : home);
    } catch (problem) {
      setBusy(false);
      setError(failure(problem));
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(login, password);
  };

  return (
    <main className="signin">
      <div className="signin-box">
        <div className="brand">
          <span className="mark">
            <IconKey aria-hidden />
          </span>
          {data?.product ?? t('common:product')}
        </div>
        <h1>{t('session:title')}</h1>
        <form className="form" onSubmit={submit}>
          <TextInput label={t('session:login')} name="login" autoComplete="username" required withAsterisk={false} autoFocus value={login} onChange={(e) => setLogin(e.currentTarget.value)} />
          <PasswordInput label={t('session:password')} name="password" autoComplete="current-password" required withAsterisk={false} value={password} onChange={(e) => setPassword(e.currentTarget.value)} error={error} />
          <Button type="submit" tone="primary" busy={busy}>
            {t('session:submit')}
          </Button>
        </form>
        {data && data.demo.length > 0 && (
          <section className="demo" aria-label={t('session:demo')}>
            <h2>{t('session:demo')}</h2>
            <ul>
              {data.demo.map((one) => (
                <li key={one.login}>
                  <button type="button" onClick={() => void enter(one.login, one.password)}>
                    <span className="mid act">
                      <span className="vh">{t('session:as')} </span>
                      {one.name}
                    </span>
                    <span className="meta">{one.note}</span>
                    <span className="meta">
                      {one.login} / {one.password}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}
