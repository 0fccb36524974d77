import { NativeSelect, Textarea, TextInput } from '@/ui/inputs';
import { useState } from 'react';
import { useFields, useSteps } from '@/api/fields';
import type { Step } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Skeleton } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { inputsOf, needs, send } from './actions';
import { BulkErrors, dialogTitle } from './BulkErrors';
import { useBulk } from './useBulk';

type Props = { action: string; numbers: string[]; onClose: () => void; onDone?: () => void };

const LONG_TEXT = new Set(['close_notes', 'comment', 'reason']);

export function ActionForm(props: Props) {
  const steps = useSteps('incident');
  if (steps) return <Form {...props} steps={steps} />;
  return (
    <Dialog title={dialogTitle(t(`incident:action.${props.action}`), props.numbers)} onClose={props.onClose}>
      <Skeleton rows={3} />
    </Dialog>
  );
}

function Form({ action, numbers, steps, onClose, onDone }: Props & { steps: Step[] }) {
  const fields = useFields('incident');
  const inputs = inputsOf(steps, action);
  const [values, setValues] = useState<Record<string, string>>({});
  const bulk = useBulk(numbers, onClose, onDone);
  const { byField, rest } = splitErrors(bulk.error, inputs, 'incident');
  const many = numbers.length > 1;
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }));
  const choicesOf = (name: string) => fields.find((field) => field.name === name)?.choices ?? [];

  const input = (name: string, index: number) => {
    const common = {
      label: t(`incident:input.${action}.${name}`),
      value: values[name] ?? '',
      error: byField[name],
      className: needs(steps, action, name, values) ? 'needed' : undefined,
      autoFocus: index === 0,
      onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
    };
    const choices = choicesOf(name);
    if (choices.length > 0) {
      return <NativeSelect key={name} {...common} data={[{ value: '', label: t('common:choose') }, ...choices.map((c) => ({ value: c.code, label: c.label }))]} />;
    }
    if (LONG_TEXT.has(name)) return <Textarea key={name} {...common} rows={4} />;
    return <TextInput key={name} {...common} type={name === 'until' ? 'datetime-local' : 'text'} />;
  };

  return (
    <Dialog title={dialogTitle(t(`incident:action.${action}`), numbers)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void bulk.run((number) => send(action, number, values), t(`incident:done.${action}`));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <BulkErrors bulk={bulk} rest={rest} many={many} />
        {inputs.map(input)}
        {inputs.length === 0 && <p>{t(`incident:input.${action}`)}</p>}
        <div className="end">
          <Button type="submit" tone={tOr(`incident:sure.${action}`, '') ? 'dangerPrimary' : 'primary'} busy={bulk.busy} autoFocus={inputs.length === 0}>
            {tOr(`incident:sure.${action}`, t(`incident:action.${action}`))}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            {tOr(`incident:keep.${action}`, t('common:cancel'))}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
