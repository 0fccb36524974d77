import { IconUnlink } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { buttonClass } from '@/ui/Button';
import { Empty, ErrorBanner } from '@/ui/States';
import { ApiError } from '@/api/client';
import { t } from './i18n';

export function NotFound() {
  return (
    <main className="pane page">
      <Empty
        heading="h1"
        icon={<IconUnlink aria-hidden />}
        title={t('common:notFound.title')}
        actions={
          <a className={buttonClass()} href="/">
            {t('common:notFound.home')}
          </a>
        }
      >
        {t('common:notFound.text')}
      </Empty>
    </main>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  return (
    <main className="pane page">
      <ErrorBanner error={error} retry={reset} />
    </main>
  );
}
