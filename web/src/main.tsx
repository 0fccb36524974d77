// The agent's entry.
import { RouterProvider } from '@tanstack/react-router';
import './app/shell.css';
import { setCsrfToken, whenSignedOut } from './api/client';
import { mount, queryClient } from './app/frame';
import { addTexts } from './app/i18n';
import { makeRouter } from './app/router';
import desk from './locales/en/desk.json';

addTexts('desk', desk);

const router = makeRouter(queryClient);

whenSignedOut(() => {
  if (queryClient.getQueryData(['me'])) {
    setCsrfToken(null);
    queryClient.setQueryData(['me'], null);
    void router.invalidate();
  }
});

mount(<RouterProvider router={router} />);
