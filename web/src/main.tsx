// The agent's entry.
import { RouterProvider } from '@tanstack/react-router';
import { setCsrfToken, whenSignedOut } from './api/client';
import { mount, queryClient } from './app/frame';
import { makeRouter } from './app/router';

const router = makeRouter(queryClient);

whenSignedOut(() => {
  if (queryClient.getQueryData(['me'])) {
    setCsrfToken(null);
    queryClient.setQueryData(['me'], null);
    void router.invalidate();
  }
});

mount(<RouterProvider router={router} />);
