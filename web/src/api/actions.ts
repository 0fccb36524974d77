// What the server says about one action on one incident.
import { t } from '@/app/i18n';
import { sentence } from '@/ui/words';
import type { Incident } from './types';

/** Why the action cannot be done now, as the server words it; null when it can, or when the server is silent. */
export function whyNot(incident: Incident | undefined, name: string): string | null {
  const action = incident?.actions?.find((one) => one.name === name);
  return action && !action.allowed ? (action.reason ? sentence(action.reason) : t('common:notAllowed')) : null;
}

/** Whether the server offers the action. */
export function isAllowed(incident: Incident, name: string): boolean {
  return incident.actions?.some((action) => action.name === name && action.allowed) ?? false;
}
