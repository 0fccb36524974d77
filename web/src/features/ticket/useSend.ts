// Sends a reply or a note. Nothing is kept for later: it goes now, or the page says that it did not.
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ticketCommands, useRecount, useRefresh } from '@/api/tickets';
import type { Entry } from '@/api/types';
import { t } from '@/app/i18n';
import type { Place } from '@/app/records';
import { toast } from '@/ui/Toast';
import type { Mode } from './draft';

/** Without an answer for so long the page says that it waits. */
const SLOW_MS = 4000;

type What = { mode: Mode; text: string };

/** `done` is called also when the composer is gone: the draft must go with the words. */
export function useSend(place: Place, number: string, done: (what: What) => void) {
  const refresh = useRefresh(place);
  const recount = useRecount(place);
  const here = useRef(true);
  const stop = useRef<AbortController | null>(null);
  // The same words sent again after a lost answer arrive once.
  const key = useRef<{ words: string; id: string } | null>(null);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const send = useMutation({
    mutationFn: ({ mode, text }: What): Promise<Entry> => {
      const words = `${mode} ${text}`;
      if (key.current?.words !== words) key.current = { words, id: newKey() };
      stop.current = new AbortController();
      const how = { key: key.current.id, signal: stop.current.signal };
      return (mode === 'note' ? ticketCommands.workNote : ticketCommands.comment)(place, number, text, how);
    },
    onSuccess: (_, what) => {
      key.current = null;
      done(what);
      if (!here.current) toast(t('ticket:composer.sentAway', { number }));
    },
    onError: () => {
      if (!here.current && !stop.current?.signal.aborted) toast(t('ticket:composer.failedAway', { number }));
    },
    onSettled: () => {
      recount();
      return refresh(number);
    },
  });
  const pending = send.isPending;
  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [pending]);
  return { ...send, slow: pending && slow, stop: () => stop.current?.abort() };
}

/** Random enough to be nobody else's; `crypto.randomUUID` is missing on pages without TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
