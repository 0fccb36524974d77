// One dark line at the bottom left: what happened. One at a time.
import { IconCircleCheck } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';

type Toast = { id: number; text: string };
const SHOWN_MS = 6000;

let current: Toast | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let serial = 0;
const watchers = new Set<() => void>();

function set(next: Toast | null): void {
  current = next;
  for (const watcher of watchers) watcher();
}

export function toast(text: string): void {
  serial += 1;
  set({ id: serial, text });
  clearTimeout(timer);
  timer = setTimeout(() => set(null), SHOWN_MS);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => current,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown && (
        <div className="toast" key={shown.id}>
          <IconCircleCheck aria-hidden />
          <span>{shown.text}</span>
        </div>
      )}
    </div>
  );
}
