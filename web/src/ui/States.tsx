// What a page shows when it has nothing, waits, or failed.
import { IconAlertCircle, IconCircleCheck, IconLock } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '@/api/client';
import { t } from '@/app/i18n';
import { Button } from './Button';

const SKELETON_AFTER_MS = 150;

/** In the shape of what comes, and only when it takes a moment. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="sk" role="status" aria-label={t('common:loading')}>
      {shown &&
        Array.from({ length: rows }, (_, index) => (
          <div key={index}>
            <i className="q" />
            <span>
              <i className="wide" />
              <i className="short" />
            </span>
          </div>
        ))}
    </div>
  );
}

export function Empty({ title, children, actions, icon, heading: Heading = 'h2' }: { title: string; heading?: 'h1' | 'h2'; children?: ReactNode; actions?: ReactNode; icon?: ReactNode }) {
  return (
    <div className="state">
      {icon ?? <IconCircleCheck aria-hidden />}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** The sentence a failure gets: the server's own, or what a lost connection means. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('common:error.unknown');
  if (error.status === 0) return t('common:error.offline');
  const own = error.problem.detail ?? error.problem.title;
  const lines = error.fields.map((f) => f.message).filter((message) => message !== own);
  return [own, ...lines].join(' ');
}

export function ErrorBanner({ title, error, retry }: { title?: string; error: unknown; retry?: () => void }) {
  const refused = error instanceof ApiError && error.status === 403;
  const code = error instanceof ApiError ? error.problem.request_id : undefined;
  const Icon = refused ? IconLock : IconAlertCircle;
  return (
    <div className={`ban${refused ? ' i' : ''}`} role="alert">
      <Icon aria-hidden />
      <div>
        <div className="strong">{title ?? t('common:error.title')}</div>
        <p>{errorText(error)}</p>
      </div>
      {(retry || code) && (
        <div className="row">
          {retry && (
            <Button small onClick={retry}>
              {t('common:again')}
            </Button>
          )}
          {code && <span className="meta push">{t('common:error.code', { code })}</span>}
        </div>
      )}
    </div>
  );
}
