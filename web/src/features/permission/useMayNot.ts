// What a role may not do is shown switched off, with the reason. The server decides again in any case.
import type { Permissions } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { useMe } from '@/app/session';
import { usePermissions } from './usePermissions';

const allows = (data: Permissions, role: string, action: string) =>
  data.rows.some((row) => `${row.kind}.${row.action}` === action && row.role === role && row.scope !== 'none');

/** The roles that may do all of `actions`, in the order of the matrix: whom to ask. */
export function rolesFor(data: Permissions, actions: string[]): string[] {
  return data.roles.filter((role) => actions.every((action) => allows(data, role, action)));
}

/** Why the signed-in person may not do `action`, such as "person.update"; null when they may or when it is not known. */
export function useMayNot(action: string): string | null {
  const me = useMe();
  const { data } = usePermissions();
  if (!data) return null;
  const may = me.roles.some((role) => allows(data, role, action));
  return may ? null : tOr(`common:mayNot.${action}`, t('common:mayNot.other'));
}
