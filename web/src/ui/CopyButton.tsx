import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '@/app/i18n';
import { Button } from './Button';

/** Puts a text on the clipboard. Where the browser keeps that from the page the text is selected instead. */
export function CopyButton({ text, from }: { text: string; from?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      const shown = from ? document.getElementById(from) : null;
      if (shown) window.getSelection()?.selectAllChildren(shown);
    }
  };
  return (
    <Button small onClick={() => void copy()}>
      {done ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
      <span aria-live="polite">{t(done ? 'common:copied' : 'common:copy')}</span>
    </Button>
  );
}
