// Runs one command on several incidents, one after the other, and says how it went.
import { useState } from 'react';
import { PLACE } from '@/api/incidents';
import { useRecount, useRefresh } from '@/api/tickets';
import { t } from '@/app/i18n';
import { errorText } from '@/ui/States';
import { toast } from '@/ui/Toast';

export type Bulk = {
  busy: boolean;
  /** The refusal of the only incident, for the form; several are told in a sentence. */
  error: unknown;
  failures: { number: string; text: string }[];
  run: (each: (number: string) => Promise<unknown>, said: string) => Promise<void>;
};

export function useBulk(numbers: string[], onClose: () => void, onDone?: () => void): Bulk {
  const refresh = useRefresh(PLACE);
  const recount = useRecount(PLACE);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [failures, setFailures] = useState<{ number: string; text: string }[]>([]);

  const run: Bulk['run'] = async (each, said) => {
    setBusy(true);
    setError(null);
    const failed: { number: string; text: string }[] = [];
    for (const number of numbers) {
      try {
        // One at a time: a refusal must name its incident, and the server's order is kept.
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
    toast(numbers.length === 1 ? `${numbers[0]}: ${said}` : t('incident:command.bulk', { count: numbers.length, said }));
    onDone?.();
    onClose();
  };
  return { busy, error, failures, run };
}
