import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';

const NAMES = ['update', 'edit', 'write', 'patch'];

/** Why fields cannot be changed now, as the server says it; null when they can. */
export function cannotEdit(incident: Incident): string | null {
  const action = incident.actions?.find((one) => NAMES.includes(one.name));
  return action && !action.allowed ? (action.reason ?? t('incident:notAllowed')) : null;
}
