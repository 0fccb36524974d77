import { IconPaperclip } from '@tabler/icons-react';
import { useRef } from 'react';
import { Button } from '@/ui/Button';
import { StagedFiles } from './StagedFiles';
import { useDrop } from './useDrop';
import type { Outbox } from './useOutbox';

/** A place of a form for files: a button, and what was chosen, dropped or pasted. */
export function FilePick({ label, outbox }: { label: string; outbox: Outbox }) {
  const input = useRef<HTMLInputElement>(null);
  const drop = useDrop(outbox.add);
  return (
    <div className={`filepick${drop.over ? ' over' : ''}`} {...drop.handlers}>
      <Button onClick={() => input.current?.click()}>
        <IconPaperclip aria-hidden />
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          outbox.add(files);
        }}
      />
      <StagedFiles outbox={outbox} />
    </div>
  );
}
