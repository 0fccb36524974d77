import { TextInput } from '@/ui/inputs';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { Button } from '@/ui/Button';
import { EditTrouble } from './Conflict';
import { useEdit } from './useEdit';
import { fieldLabel } from './values';

/** A line of text that becomes an input when it is clicked. */
export function EditText({ ticket, field, heading }: { ticket: Ticket; field: 'short_description'; heading?: boolean }) {
  const { kind } = kindOf(ticket);
  const fields = useFields(kind);
  const [text, setText] = useState<string | null>(null);
  const edit = useEdit(ticket, field);
  const value = ticket[field];
  const label = fieldLabel(field, fields, kind);
  const off = whyNot(ticket, 'update');
  const close = () => {
    setText(null);
    edit.reset();
  };
  if (text === null) {
    const Tag = heading ? 'h1' : 'span';
    return (
      <div className="edit-line">
        <Tag>{value}</Tag>
        <Button tone="ghost" small icon className="pencil" off={off} aria-label={t('ticket:change', { label })} onClick={() => {
            edit.begin();
            setText(value);
          }}>
          <IconPencil aria-hidden />
        </Button>
      </div>
    );
  }
  return (
    <form
      className="edit-line open"
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save(text).then((done) => done && close());
      }}
    >
      <TextInput
        className="grow"
        aria-label={label}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && close()}
      />
      <Button type="submit" small busy={edit.busy}>
        {t('common:save')}
      </Button>
      <Button tone="ghost" small onClick={close}>
        {t('common:cancel')}
      </Button>
      <EditTrouble edit={edit} field={field} fields={fields} onClose={close} />
    </form>
  );
}
