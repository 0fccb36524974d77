import { NativeSelect, TextInput } from '@/ui/inputs';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ifMatch, ok } from '@/api/client';
import type { List, Token } from '@/api/types';
import { instantOf } from '@/app/format';
import { t } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { splitErrors } from '@/ui/form';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Secret } from '@/ui/Secret';
import { toast } from '@/ui/Toast';
import { ErrorBanner } from '@/ui/States';
import { moment } from '@/ui/time';

export function Tokens() {
  const { data, error, refetch } = useQuery({ queryKey: ['tokens'], queryFn: () => ok<List<Token>>(api.GET('/api/v1/me/tokens')) });
  const [name, setName] = useState('');
  const [scope, setScope] = useState('write');
  const [until, setUntil] = useState('');
  const [ending, setEnding] = useState<Token | null>(null);
  const create = useMutation({
    mutationFn: () =>
      ok<Token>(
        api.POST('/api/v1/me/tokens', {
          body: { name, scopes: scope === 'write' ? ['read', 'write'] : ['read'], ...(until ? { expires_at: instantOf(`${until}T23:59:59`) } : {}) },
        }),
      ),
    onSuccess: () => setName(''),
    onSettled: () => refetch(),
  });
  const revoke = useMutation({
    mutationFn: (one: Token) => ok(api.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id: one.id }, header: ifMatch(one.version) } })),
    onSuccess: (_, one) => {
      if (create.data?.id === one.id) create.reset();
      setEnding(null);
      toast(t('account:tokens.revoked', { name: one.name }));
    },
    onSettled: () => refetch(),
  });
  const { byField, rest } = splitErrors(create.error, ['name', 'scopes', 'expires_at'], 'account');
  return (
    <section className="box">
      <h2>{t('account:tokens.title')}</h2>
      {error && <ErrorBanner error={error} />}
      {create.data?.token && (
        <Secret text={create.data.token}>{t('account:tokens.once')}</Secret>
      )}
      {data?.items.length === 0 && <p className="meta">{t('account:tokens.none')}</p>}
      <ul className="lines">
        {data?.items.map((one) => (
          <li key={one.id}>
            <span className="grow cut">
              <span className="mid">{one.name}</span> <span className="meta">{one.scopes?.join(', ')}</span>
            </span>
            <span className="meta">
              {one.last_used_at ? t('account:tokens.used', { time: moment(one.last_used_at) }) : t('account:tokens.never')}
              {one.expires_at && `, ${t('account:tokens.until', { time: moment(one.expires_at) })}`}
            </span>
            <Button small aria-label={t('account:tokens.revokeLabel', { name: one.name })} onClick={() => setEnding(one)}>
              {t('account:tokens.revoke')}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {rest != null && <ErrorBanner error={rest} />}
        <TextInput className="needed" label={t('account:tokens.name')} value={name} error={byField.name} onChange={(e) => setName(e.currentTarget.value)} />
        <div className="two">
          <NativeSelect label={t('account:tokens.scope')} value={scope} error={byField.scopes} onChange={(e) => setScope(e.currentTarget.value)} data={['write', 'read'].map((value) => ({ value, label: t(`account:tokens.${value}`) }))} />
          <TextInput type="date" label={t('account:tokens.expires')} value={until} error={byField.expires_at} onChange={(e) => setUntil(e.currentTarget.value)} />
        </div>
        <div className="end">
          <Button type="submit" busy={create.isPending}>
            {t('account:tokens.create')}
          </Button>
        </div>
      </form>
      {ending && (
        <ConfirmDialog
          title={t('account:tokens.revokeTitle', { name: ending.name })}
          text={t('account:tokens.revokeText')}
          action={t('account:tokens.revokeDo')}
          error={revoke.error}
          busy={revoke.isPending}
          onClose={() => {
            setEnding(null);
            revoke.reset();
          }}
          onConfirm={() => revoke.mutate(ending)}
        />
      )}
    </section>
  );
}
