// One event stream for the page. Whoever wants news subscribes; the stream opens with the first.
import { useEffect, useRef, useSyncExternalStore } from 'react';

export type RecordNews = { kind: string; number?: string; id: string; version?: number; position?: number };
export type News = { type: 'record'; record: RecordNews } | { type: 'notification' } | { type: 'reconnected' };
type Listener = (news: News) => void;

/** Whether something of the kind may have changed: a record of it did, or what happened was missed. */
export const isAbout = (news: News, kind: string): boolean => news.type === 'reconnected' || (news.type === 'record' && news.record.kind === kind);

const URL_LIVE = '/api/v1/live';
const RETRY_MS = 5000;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
let lostAt: Date | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

function tell(news: News): void {
  for (const listener of listeners) listener(news);
}

function setLost(at: Date | null): void {
  lostAt = at;
  for (const watcher of watchers) watcher();
}

function open(): void {
  source?.close();
  clearTimeout(retry);
  const stream = new EventSource(URL_LIVE);
  source = stream;
  stream.addEventListener('open', () => {
    const wasLost = lostAt !== null;
    setLost(null);
    // What happened meanwhile was missed: whoever listens reads again.
    if (wasLost) tell({ type: 'reconnected' });
  });
  stream.addEventListener('record', (event) => {
    try {
      tell({ type: 'record', record: JSON.parse(event.data) as RecordNews });
    } catch {
      // An event that cannot be read is no news.
    }
  });
  stream.addEventListener('notification', () => tell({ type: 'notification' }));
  stream.addEventListener('error', () => {
    if (!lostAt) setLost(new Date());
    // The browser retries a broken stream by itself, but not one that was refused.
    if (stream.readyState === EventSource.CLOSED && listeners.size > 0) {
      clearTimeout(retry);
      retry = setTimeout(open, RETRY_MS);
    }
  });
}

/** Hears news until the returned function is called. */
export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  if (!source) open();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      source?.close();
      source = null;
      clearTimeout(retry);
    }
  };
}

/** Tries the stream again at once. */
export function reconnect(): void {
  if (listeners.size > 0) open();
}

/** Hears news as long as the component is on screen; the newest handler is called. */
export function useNews(handler: Listener): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => subscribe((news) => latest.current(news)), []);
}

/** Since when the stream is broken, null while it stands. */
export function useLostSince(): Date | null {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => lostAt,
  );
}
