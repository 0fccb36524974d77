import { useState, type ReactNode } from 'react';
import { useFields } from '@/api/fields';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { Button } from '@/ui/Button';
import { FieldRow } from './FieldRow';
import { rowsOf, type Shipped } from './editors';

/** The fields of a ticket, each changed where it stands; `children` are rows that the kind puts before them. */
export function FieldList({ ticket, shipped, children }: { ticket: Ticket; shipped: Shipped[]; children?: ReactNode }) {
  const { filled, empty } = rowsOf(ticket, shipped, useFields(kindOf(ticket).kind));
  const [all, setAll] = useState(false);
  return (
    <>
      <dl className="dl">
        {children}
        {[...filled, ...(all ? empty : [])].map((row) => (
          <FieldRow key={row.field} ticket={ticket} field={row.field} editor={row.editor} custom={row.custom} />
        ))}
      </dl>
      {empty.length > 0 && (
        // A reader looks for what is there; what is not takes one press.
        <Button small tone="ghost" className="low dl-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {t(all ? 'ticket:fields.hideEmpty' : 'ticket:fields.showEmpty', { count: empty.length })}
        </Button>
      )}
    </>
  );
}
