import './texts';
import { IconPaperclip } from '@tabler/icons-react';
import { useRef } from 'react';
import { Button } from '@/ui/Button';

/** Opens the browser's choice of files. */
export function AttachButton({ label, off, small = true, onFiles }: { label: string; off?: string | null; small?: boolean; onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button tone="ghost" small={small} icon aria-label={label} title={label} off={off} onClick={() => input.current?.click()}>
        <IconPaperclip aria-hidden />
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
