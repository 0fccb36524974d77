import './texts';
import '@/ui/page.css';
import './permission.css';
import { Fragment, useState } from 'react';
import { NativeSelect } from '@/ui/inputs';
import type { Permissions } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { PHONE, useMedia } from '@/ui/useMedia';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { cellsOf, type Cell } from './matrix';
import { usePermissions } from './usePermissions';

export function PermissionPage() {
  const { data, error, refetch } = usePermissions();
  return (
    <main className="pane page">
      <div className="bar">
        <h1>{t('permission:title')}</h1>
        <span className="meta">{t('permission:about')}</span>
      </div>
      <div className="page-in">
        {error && <ErrorBanner error={error} retry={() => void refetch()} />}
        {!data && !error && <Skeleton />}
        {data && <Matrix permissions={data} />}
        {data && <FieldGroups permissions={data} />}
      </div>
    </main>
  );
}

function Matrix({ permissions }: { permissions: Permissions }) {
  const [kind, setKind] = useState('');
  const kinds = kind ? [kind] : permissions.kinds;
  const cells = cellsOf(permissions);
  // A phone has room for one role.
  const phone = useMedia(PHONE);
  const [role, setRole] = useState('agent');
  const roles = phone ? permissions.roles.filter((one) => one === role) : permissions.roles;
  return (
    <section className="box">
      <div className="search">
        <NativeSelect label={t('permission:kind')} value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={[{ value: '', label: t('permission:allKinds') }, ...permissions.kinds.map((one) => ({ value: one, label: kindName(one) }))]} />
        {phone && <NativeSelect label={t('permission:role')} value={role} onChange={(event) => setRole(event.currentTarget.value)} data={permissions.roles.map((one) => ({ value: one, label: roleName(one) }))} />}
      </div>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('permission:title')}>
        <table className="tbl matrix">
          <thead>
            <tr>
              <th scope="col">{t('permission:action')}</th>
              {roles.map((one) => (
                <th key={one} scope="col">
                  {roleName(one)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kinds.map((one) => (
              <Fragment key={one}>
                <tr className="kind">
                  <th colSpan={roles.length + 1} scope="rowgroup">
                    {kindName(one)}
                  </th>
                </tr>
                {cells.filter((cell) => cell.kind === one).map((cell) => (
                  <Row key={cell.action} cell={cell} roles={roles} />
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ cell, roles }: { cell: Cell; roles: string[] }) {
  return (
    <tr>
      <th scope="row" className="action">
        {words(cell.action)}
      </th>
      {roles.map((role) => {
        const scope = cell.scopes[role] ?? 'none';
        return (
          <td key={role} className={`scope ${scope}`}>
            {tOr(`permission:scope.${scope}`, scope)}
          </td>
        );
      })}
    </tr>
  );
}

function FieldGroups({ permissions }: { permissions: Permissions }) {
  const groups = permissions.field_groups ?? [];
  if (groups.length === 0) return null;
  return (
    <section className="box">
      <h2>{t('permission:fields')}</h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('permission:fields')}>
        <table className="tbl">
          <thead>
            <tr>
              <th scope="col">{t('permission:group')}</th>
              <th scope="col">{t('permission:kind')}</th>
              <th scope="col">{t('permission:role')}</th>
              <th scope="col">{t('permission:read')}</th>
              <th scope="col">{t('permission:write')}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((one) => (
              <tr key={`${one.group}-${one.kind}-${one.role}`}>
                <td>{words(one.group)}</td>
                <td>{kindName(one.kind)}</td>
                <td>{roleName(one.role)}</td>
                <td>{yes(one.read)}</td>
                <td>{yes(one.write)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** A code of the server as words. */
const words = (code: string) => code.replaceAll(/[-_]/g, ' ');
const yes = (value: boolean | string) => (typeof value === 'string' ? tOr(`permission:scope.${value}`, value) : t(value ? 'permission:yes' : 'permission:no'));
const roleName = (role: string) => tOr(`people:role.${role}`, words(role));
const kindName = (kind: string) => tOr(`permission:kinds.${kind}`, words(kind));
