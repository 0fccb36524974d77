import { useSyncExternalStore } from 'react';

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Phones: one column, the rail becomes a bar. */
export const PHONE = '(max-width: 699px)';
/** Too narrow for the wide rail. */
export const SMALL = '(max-width: 899px)';
/** Rows of a queue become cards of two lines. */
export const CARDS = '(max-width: 759px)';
/** Room for the preview beside the list. */
export const WIDE = '(min-width: 1200px)';
