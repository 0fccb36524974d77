// What a page shows when it has nothing, waits, or failed.
import { IconAlertCircle, IconCircleCheck, IconLock } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '@/api/client';
import { t, tOr } from '@/app/i18n';
import { Button } from './Button';
import { sentence } from './words';

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

/** How the server says that a role is missing: "person.disable asks for the role administrator". */
const ROLE_NEEDED = /([a-z_]+\.[a-z_]+) asks for the role (.+)$/;

/** The names of actions are the server's; people read what it is about. */
function refusal(detail: string): string | null {
  const found = ROLE_NEEDED.exec(detail);
  if (!found) return null;
  const [, action = '', roles = ''] = found;
  const needs = t('common:mayNot.role', { roles: roles.replaceAll('_', ' ') });
  return `${tOr(`common:mayNot.${action}`, t('common:mayNot.other'))} ${needs}`;
}

/** The sentence a failure gets: the server's own, or what a lost connection means. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('common:error.unknown');
  if (error.status === 0) return t('common:error.offline');
  const own = error.problem.detail ?? error.problem.title;
  const refused = error.status === 403 ? refusal(own) : null;
  if (refused) return refused;
  // The detail of several fields names them as the API does; here each says what it needs.
  if (error.fields.length > 0 && error.fields.every((f) => own.includes(`${f.field}: ${f.message}`))) {
    return error.fields.map((f) => sentence(f.message.startsWith('is ') ? `${f.field.replaceAll('_', ' ')} ${f.message}` : f.message)).join(' ');
  }
  const lines = error.fields.map((f) => f.message).filter((message) => message !== own && !own.endsWith(message));
  return [own, ...lines].map(sentence).join(' ');
}

/** What a failure of this kind is called, and what to do next; '' where there is nothing to say. */
function byStatus(error: unknown, part: 'title' | 'next'): string {
  if (!(error instanceof ApiError)) return '';
  const known = tOr(`common:error.${error.status}.${part}`, '');
  return known || (error.status >= 500 ? tOr(`common:error.500.${part}`, '') : '');
}

/** The last letters of a request's id: enough to find it in the log. */
const CODE_LETTERS = 8;

export function ErrorBanner({ title, error, retry }: { title?: string; error: unknown; retry?: () => void }) {
  const refused = error instanceof ApiError && error.status === 403;
  const id = error instanceof ApiError ? error.problem.request_id : undefined;
  const Icon = refused ? IconLock : IconAlertCircle;
  const next = byStatus(error, 'next');
  return (
    <div className={`ban${refused ? ' i' : ''}`} role="alert">
      <Icon aria-hidden />
      <div>
        <div className="strong">{title ?? (byStatus(error, 'title') || t('common:error.title'))}</div>
        <p>
          {errorText(error)} {next}
        </p>
      </div>
      {((retry && !refused) || id) && (
        <div className="row">
          {retry && !refused && (
            <Button small onClick={retry}>
              {t('common:again')}
            </Button>
          )}
          {id && (
            <span className="meta push" title={id}>
              {t('common:error.code', { code: id.slice(-CODE_LETTERS) })}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
