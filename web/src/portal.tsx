// The requester's entry: lighter, phone first, in plain words.
import { RouterProvider } from '@tanstack/react-router';
import './features/portal/portal.css';
import { setCsrfToken, whenSignedOut } from './api/client';
import { mount, queryClient } from './app/frame';
import { addTexts } from './app/i18n';
import { makePortalRouter } from './features/portal/router';
import portal from './locales/en/portal.json';

addTexts('portal', portal);

const router = makePortalRouter(queryClient);

whenSignedOut(() => {
  if (queryClient.getQueryData(['me'])) {
    setCsrfToken(null);
    queryClient.setQueryData(['me'], null);
    void router.invalidate();
  }
});

mount(<RouterProvider router={router} />);
