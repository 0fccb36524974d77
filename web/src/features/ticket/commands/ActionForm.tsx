import { NativeSelect, Textarea, TextInput } from '@/ui/inputs';
import { useState } from 'react';
import { useFields, useSteps } from '@/api/fields';
import { ticketCommands } from '@/api/tickets';
import type { Step } from '@/api/types';
import { own, t, tOr } from '@/app/i18n';
import { aboutKind } from '@/app/records';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { splitErrors } from '@/ui/form';
import { audienceOf, hasCaller } from '../audience';
import { choicesOf, fieldLabel } from '../values';
import { bodyOf, inputsOf, needs } from './actions';
import { BulkErrors, dialogTitle } from './BulkErrors';
import { useBulk, type Targets } from './useBulk';

type Props = Targets & { action: string };

/** Long words that are no fields of the ticket. */
const WORDS = new Set(['comment', 'reason']);

export function ActionForm(props: Props) {
  const { steps, error, retry } = useSteps(props.kind);
  if (steps) return <Form {...props} steps={steps} />;
  return (
    <Dialog title={dialogTitle(t(own(props.kind, `action.${props.action}`)), props.numbers)} onClose={props.onClose}>
      {error ? <ErrorBanner error={error} retry={retry} /> : <Skeleton rows={3} />}
    </Dialog>
  );
}

function Form({ action, steps, ...targets }: Props & { steps: Step[] }) {
  const { kind, numbers, onClose } = targets;
  const { place } = aboutKind(kind);
  const fields = useFields(kind);
  const audience = audienceOf(fields);
  const inputs = inputsOf(steps, action, hasCaller(fields));
  const [values, setValues] = useState<Record<string, string>>({});
  const bulk = useBulk(targets);
  const { byField, rest } = splitErrors(bulk.error, inputs, kind, 'ticket');
  const many = numbers.length > 1;
  const set = (field: string, value: string) => setValues((before) => ({ ...before, [field]: value }));
  const name = t(own(kind, `action.${action}`));

  const input = (field: string, index: number) => {
    const common = {
      label: tOr(own(kind, `input.${action}.${field}`), fieldLabel(field, fields, kind), audience),
      value: values[field] ?? '',
      error: byField[field],
      className: needs(steps, action, field, values) ? 'needed' : undefined,
      autoFocus: index === 0,
      onChange: (event: { currentTarget: { value: string } }) => set(field, event.currentTarget.value),
    };
    const choices = choicesOf(field, fields);
    if (choices.length > 0) {
      return <NativeSelect key={field} {...common} data={[{ value: '', label: t('common:choose') }, ...choices.map((c) => ({ value: c.code, label: c.label }))]} />;
    }
    if (WORDS.has(field) || fields.some((one) => one.name === field && one.type === 'long_text')) return <Textarea key={field} {...common} rows={4} />;
    return <TextInput key={field} {...common} type={field === 'until' ? 'datetime-local' : 'text'} />;
  };

  return (
    <Dialog title={dialogTitle(name, numbers)} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void bulk.run((number) => ticketCommands.act(place, number, action, bodyOf(values)), t(own(kind, `done.${action}`)));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <BulkErrors bulk={bulk} rest={rest} many={many} />
        {inputs.map(input)}
        {inputs.length === 0 && <p>{t(own(kind, `input.${action}`))}</p>}
        <div className="end">
          <Button type="submit" tone={tOr(own(kind, `sure.${action}`), '') ? 'dangerPrimary' : 'primary'} busy={bulk.busy} autoFocus={inputs.length === 0}>
            {tOr(own(kind, `sure.${action}`), name)}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            {tOr(own(kind, `keep.${action}`), t('common:cancel'))}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
