import { IconArrowBackUp, IconMessage } from '@tabler/icons-react';
import type { Audience } from './audience';

/** The sign of public words: a reply to the caller, or a comment where there is none. */
export function PublicIcon({ audience }: { audience: Audience }) {
  return audience.context ? <IconMessage aria-hidden /> : <IconArrowBackUp aria-hidden />;
}
