// "Find" from anywhere: the queue puts the cursor into its filter, now or as soon as it is on screen.
import { useEffect } from 'react';

const EVENT = 'steward:find';
let asked = false;

/** Asks the queue for its filter; it may still be on its way to the screen. */
export function askFind(): void {
  asked = true;
  window.dispatchEvent(new Event(EVENT));
}

/** Calls `focus` once for each time it was asked, also before this page was there. */
export function useFindAsked(focus: () => void): void {
  useEffect(() => {
    const answer = () => {
      if (!asked) return;
      asked = false;
      focus();
    };
    answer();
    window.addEventListener(EVENT, answer);
    return () => window.removeEventListener(EVENT, answer);
  }, [focus]);
}
