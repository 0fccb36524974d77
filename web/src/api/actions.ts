// What the server says about one action on one ticket.
import { t } from '@/app/i18n';
import { sentence } from '@/ui/words';
import type { Action } from './types';

type Offering = { actions?: Action[] };

/** Why the action cannot be done now, as the server words it; null when it can, or when the server is silent. */
export function whyNot(ticket: Offering | undefined, name: string): string | null {
  const action = ticket?.actions?.find((one) => one.name === name);
  return action && !action.allowed ? (action.reason ? sentence(action.reason) : t('common:notAllowed')) : null;
}

/** Whether the server offers the action. */
export function isAllowed(ticket: Offering, name: string): boolean {
  return ticket.actions?.some((action) => action.name === name && action.allowed) ?? false;
}
