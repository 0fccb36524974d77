// A link of the application: built by `paths`, followed without loading the page anew.
import { useRouter } from '@tanstack/react-router';
import { forwardRef, useCallback, type AnchorHTMLAttributes } from 'react';

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { to: string; replace?: boolean };

export const Link = forwardRef<HTMLAnchorElement, Props>(function Link({ to, replace, onClick, children, ...rest }, ref) {
  const router = useRouter();
  return (
    <a
      {...rest}
      ref={ref}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        const plain = !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (!plain || rest.target) return;
        event.preventDefault();
        void router.navigate({ href: to, replace });
      }}
    >
      {children}
    </a>
  );
});

/** Goes to a path built by `paths`. */
export function useGo(): (to: string, options?: { replace?: boolean }) => void {
  const router = useRouter();
  return useCallback((to, options) => void router.navigate({ href: to, replace: options?.replace }), [router]);
}
