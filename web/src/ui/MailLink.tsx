// An address that can be written to, and that breaks at its signs instead of within a word.
import { Fragment } from 'react';

export function MailLink({ address }: { address: string }) {
  return (
    <a className="mail" href={`mailto:${address}`}>
      <Breakable text={address} />
    </a>
  );
}

/** Lines may break before each "@" and each dot. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?=[@.])/).map((part, index) => (
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
