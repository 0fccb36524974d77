// What is shown once: a link or a token, with a button that copies it.
import { useId } from 'react';
import { CopyButton } from './CopyButton';

export function Secret({ text, children }: { text: string; children: string }) {
  const id = useId();
  return (
    <div className="secret" role="status">
      <span>{children}</span>
      <code id={id}>{text}</code>
      <span>
        <CopyButton text={text} from={id} />
      </span>
    </div>
  );
}
