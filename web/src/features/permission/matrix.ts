import type { Permissions } from '@/api/types';

export type Cell = { kind: string; action: string; scopes: Record<string, string> };

/** The rows of the printed matrix: one for each kind and action, a scope for each role. */
export function cellsOf(permissions: Permissions): Cell[] {
  const cells = new Map<string, Cell>();
  for (const row of permissions.rows) {
    const key = `${row.kind}.${row.action}`;
    const cell = cells.get(key) ?? { kind: row.kind, action: row.action, scopes: {} };
    cell.scopes[row.role] = row.scope;
    cells.set(key, cell);
  }
  return [...cells.values()];
}
