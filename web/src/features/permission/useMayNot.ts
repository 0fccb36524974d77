// What a role may not do is shown switched off, with the reason. The server decides again in any case.
import { t, tOr } from '@/app/i18n';
import { useMe } from '@/app/session';
import { usePermissions } from './usePermissions';

/** Why the signed-in person may not do `action`, such as "person.update"; null when they may or when it is not known. */
export function useMayNot(action: string): string | null {
  const me = useMe();
  const { data } = usePermissions();
  if (!data) return null;
  const [kind, name] = action.split('.');
  const may = data.rows.some((row) => row.kind === kind && row.action === name && row.scope !== 'none' && me.roles.some((role) => role === row.role));
  return may ? null : tOr(`common:mayNot.${action}`, t('common:mayNot.other'));
}
