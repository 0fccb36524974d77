// Runs one command on several tickets of a kind, one after the other, and says how it went.
import { useState } from 'react';
import { useRecount, useRefresh } from '@/api/tickets';
import { own, t } from '@/app/i18n';
import { aboutKind, type Kind } from '@/app/records';
import { errorText } from '@/ui/States';
import { toast } from '@/ui/Toast';

/** What every dialog of a command is given. */
export type Targets = { kind: Kind; numbers: string[]; onClose: () => void; onDone?: () => void };

export type Bulk = {
  busy: boolean;
  /** The refusal of the only ticket, for the form; several are told in a sentence. */
  error: unknown;
  failures: { number: string; text: string }[];
  run: (each: (number: string) => Promise<unknown>, said: string) => Promise<void>;
};

export function useBulk({ kind, numbers, onClose, onDone }: Targets): Bulk {
  const { place } = aboutKind(kind);
  const refresh = useRefresh(place);
  const recount = useRecount(place);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [failures, setFailures] = useState<{ number: string; text: string }[]>([]);

  const run: Bulk['run'] = async (each, said) => {
    setBusy(true);
    setError(null);
    const failed: { number: string; text: string }[] = [];
    for (const number of numbers) {
      try {
        // One at a time: a refusal must name its ticket, and the server's order is kept.
        // oxlint-disable-next-line no-await-in-loop
        await each(number);
      } catch (problem) {
        if (numbers.length === 1) setError(problem);
        failed.push({ number, text: errorText(problem) });
      }
      void refresh(number);
    }
    recount();
    setBusy(false);
    setFailures(failed);
    if (failed.length > 0) return;
    toast(numbers.length === 1 ? `${numbers[0]}: ${said}` : t(own(kind, 'command.bulk'), { count: numbers.length, said }));
    onDone?.();
    onClose();
  };
  return { busy, error, failures, run };
}
