// Whom the public words on a ticket are for: its caller, or, in a kind without callers, whoever may see it.
import type { FieldDef } from '@/api/types';
import { t } from '@/app/i18n';
import { firstName } from '@/ui/names';
import { hasField } from './values';

/** Values for texts: `name` is what one calls the caller; the context takes the words that name none. */
export type Audience = { name: string; context?: 'nocaller' };

export const hasCaller = (fields: FieldDef[]): boolean => hasField(fields, 'caller');

export function audienceOf(fields: FieldDef[], caller?: { name: string } | null): Audience {
  if (!hasCaller(fields)) return { name: '', context: 'nocaller' };
  return { name: firstName(caller?.name) || t('ticket:composer.caller') };
}
