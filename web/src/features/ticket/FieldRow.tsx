// One field of the aside: a value that becomes its editor when it is chosen.
import { NativeSelect, TextInput } from '@/ui/inputs';
import { useState, type ReactNode } from 'react';
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import type { FieldDef, PersonRef, Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { RefPicker } from '@/ui/RefPicker';
import { EditTrouble } from './Conflict';
import type { Editor } from './editors';
import { useEdit } from './useEdit';
import { choicesOf, fieldLabel, fieldOf, valueText } from './values';

type Props = { ticket: Ticket; field: string; editor: Editor; shown?: ReactNode; custom?: boolean };

const LEVELS = ['1', '2', '3'];

export function FieldRow({ ticket, field, editor, shown, custom }: Props) {
  const { kind } = kindOf(ticket);
  const fields = useFields(kind);
  const [open, setOpen] = useState(false);
  const edit = useEdit(ticket, custom ? 'custom' : field);
  const label = fieldLabel(field, fields, kind);
  const raw = custom ? ticket.custom?.[field] : fieldOf(ticket, field);
  const text = valueText(field, raw, fields);
  const off = whyNot(ticket, 'update');
  const close = () => {
    setOpen(false);
    edit.reset();
  };
  const save = (value: unknown) => void edit.save(custom ? { [field]: value } : value).then((done) => done && close());

  return (
    <>
      <dt>{label}</dt>
      <dd>
        {!open ? (
          <button type="button" className="value" aria-disabled={off ? true : undefined} title={off ?? undefined} onClick={() => {
              if (off) return;
              edit.begin();
              setOpen(true);
            }}>
            <span className="vh">{t('ticket:change', { label })}: </span>
            {shown ?? text ?? <span className="dim">–</span>}
          </button>
        ) : (
          <div className="editing">
            <ValueEditor field={field} fields={fields} label={label} editor={editor} raw={raw} busy={edit.busy} onSave={save} onClose={close} />
            <EditTrouble edit={edit} field={field} fields={fields} onClose={close} />
          </div>
        )}
      </dd>
    </>
  );
}

type EditorProps = { field: string; fields: FieldDef[]; label: string; editor: Editor; raw: unknown; busy: boolean; onSave: (value: unknown) => void; onClose: () => void };

function ValueEditor({ field, fields, label, editor, raw, busy, onSave, onClose }: EditorProps) {
  const [text, setText] = useState(raw === null || raw === undefined ? '' : String(raw));
  if (editor.type === 'ref') {
    return <RefPicker kind={editor.kind} label={label} hideLabel autoFocus value={(raw as PersonRef | null) ?? null} onChange={(value) => onSave(value?.id ?? null)} onEscape={onClose} />;
  }
  if (editor.type === 'boolean') {
    const answers = ['true', 'false'].map((value) => ({ value, label: t(value === 'true' ? 'ticket:yes' : 'ticket:no') }));
    return (
      <NativeSelect
        aria-label={label}
        autoFocus
        disabled={busy}
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setText(value);
          onSave(value === '' ? null : value === 'true');
        }}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        data={[{ value: '', label: t('common:none') }, ...answers]}
      />
    );
  }
  const choices = editor.type === 'level' ? LEVELS.map((code) => ({ code, label: t(`common:level.${code}`) })) : choicesOf(field, fields);
  if (editor.type === 'level' || (editor.type === 'choice' && choices.length > 0)) {
    return (
      <NativeSelect
        aria-label={label}
        autoFocus
        disabled={busy}
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setText(value);
          onSave(value === '' ? null : editor.type === 'level' ? Number(value) : value);
        }}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        data={[...(editor.type === 'level' ? [] : [{ value: '', label: t('common:none') }]), ...choices.map((choice) => ({ value: choice.code, label: choice.label }))]}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text === '' ? null : editor.type === 'number' ? Number(text) : text);
      }}
    >
      <TextInput
        aria-label={label}
        autoFocus
        disabled={busy}
        step={editor.type === 'number' ? 'any' : undefined}
        type={editor.type === 'number' ? 'number' : editor.type === 'date' ? 'date' : 'text'}
        value={editor.type === 'date' ? text.slice(0, 10) : text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
    </form>
  );
}
