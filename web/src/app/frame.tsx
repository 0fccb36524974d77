// What both entries share: theme, queries, styles.
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/global.css';
import '@fontsource-variable/geist/wght.css';
import './tokens.css';
import '../ui/base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '@/api/client';
import { Toasts } from '@/ui/Toast';
import { addTexts } from './i18n';
import { resolver, theme } from './theme';
import common from '@/locales/en/common.json';
import session from '@/locales/en/session.json';

addTexts('common', common);
addTexts('session', session);

const TRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    // A browser that is offline does not keep what one sends for later: it fails at once and says so.
    mutations: { networkMode: 'always' },
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // A refusal stays a refusal; only a lost connection or a busy server is worth another try.
      retry: (count, error) => count < TRIES && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});

/** The nonce that the server put into the page; styles made at run time carry it. */
function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || meta?.getAttribute('nonce') || '';
}

export function mount(page: ReactNode): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no root');
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto" getStyleNonce={styleNonce} deduplicateCssVariables={false}>
        <QueryClientProvider client={queryClient}>
          {page}
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
