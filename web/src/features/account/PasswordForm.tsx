import { PasswordInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { splitErrors } from '@/ui/form';
import { ErrorBanner } from '@/ui/States';
import { toast } from '@/ui/Toast';

export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => ok(api.POST('/api/v1/me/password', { body: { current_password: current, new_password: next } })),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast(t('account:password.done'));
    },
  });
  const { byField, rest } = splitErrors(change.error, ['current_password', 'new_password']);
  return (
    <section className="box">
      <h2>{t('account:password.title')}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {rest != null && <ErrorBanner error={rest} />}
        <PasswordInput label={t('account:password.current')} autoComplete="current-password" value={current} error={byField.current_password} onChange={(e) => setCurrent(e.currentTarget.value)} />
        <PasswordInput label={t('account:password.new')} autoComplete="new-password" value={next} error={byField.new_password} onChange={(e) => setNext(e.currentTarget.value)} />
        <div className="end">
          <Button type="submit" busy={change.isPending}>
            {t('account:password.save')}
          </Button>
        </div>
      </form>
    </section>
  );
}
