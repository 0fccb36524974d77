// How fields are changed where they stand, and which of them hold something.
import type { RefKind } from '@/api/refs';
import type { FieldDef, Ticket } from '@/api/types';
import { fieldOf } from './values';

export type Editor = { type: 'text' } | { type: 'level' } | { type: 'choice' } | { type: 'ref'; kind: RefKind } | { type: 'number' } | { type: 'date' } | { type: 'boolean' };

/** A field that the product ships, by its name in the API. */
export type Shipped = [field: string, editor: Editor];

const TARGETS: Record<string, Editor> = {
  person: { type: 'ref', kind: 'people' },
  team: { type: 'ref', kind: 'teams' },
  service: { type: 'ref', kind: 'services' },
  configuration_item: { type: 'ref', kind: 'configuration-items' },
  location: { type: 'ref', kind: 'locations' },
};

/** The editor for an administrator's own field. */
export function editorFor(field: FieldDef): Editor {
  if (field.type === 'reference') return TARGETS[field.target ?? ''] ?? { type: 'text' };
  if (field.type === 'choice') return { type: 'choice' };
  if (field.type === 'number' || field.type === 'integer') return { type: 'number' };
  if (field.type === 'date') return { type: 'date' };
  if (field.type === 'boolean') return { type: 'boolean' };
  return { type: 'text' };
}

type Row = { field: string; editor: Editor; custom: boolean };

/** The shipped fields and then the administrator's own: those that hold something, and those that do not. */
export function rowsOf(ticket: Ticket, shipped: Shipped[], fields: FieldDef[]): { filled: Row[]; empty: Row[] } {
  const own = fields.filter((field) => field.custom);
  const rows: Row[] = [
    ...shipped.map(([field, editor]) => ({ field, editor, custom: false })),
    ...own.map((field) => ({ field: field.name, editor: editorFor(field), custom: true })),
  ];
  const holds = ({ field, custom }: Row) => {
    const value: unknown = custom ? ticket.custom?.[field] : fieldOf(ticket, field);
    return value !== null && value !== undefined && value !== '';
  };
  return { filled: rows.filter(holds), empty: rows.filter((row) => !holds(row)) };
}
