import { Textarea, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { commands } from '@/api/incidents';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session';
import { draftKey, readDraft, writeDraft } from '@/features/incident/ticket/draft';
import { Button } from '@/ui/Button';
import { splitErrors } from '@/ui/form';
import { ErrorBanner } from '@/ui/States';

const BLOCKED = 1;

export function ReportPage() {
  const me = useMe();
  const go = useGo();
  const keys = { short: draftKey(me.id, 'report', 'short'), long: draftKey(me.id, 'report', 'long') };
  const [short, setShort] = useState(() => readDraft(keys.short));
  const [long, setLong] = useState(() => readDraft(keys.long));
  const [blocked, setBlocked] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const send = useMutation({
    mutationFn: async () => {
      const body = { short_description: short, ...(long ? { description: long } : {}), ...(blocked ? { urgency: BLOCKED } : {}) };
      const made = await commands.create(body);
      writeDraft(keys.short, '');
      writeDraft(keys.long, '');
      // The report stands even if the file does not: the page of the item says so.
      const kept = file ? await commands.attach(made.number, file, 'public').then(() => true).catch(() => false) : true;
      return { number: made.number, kept };
    },
    onSuccess: ({ number }) => go(paths.portalItem(number)),
  });
  const { byField, rest } = splitErrors(send.error, ['short_description', 'description']);
  return (
    <main className="wrap">
      <title>{`${t('portal:report.title')} · ${t('portal:name')}`}</title>
      <h1 className="ask">{t('portal:report.title')}</h1>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        {rest != null && <ErrorBanner title={t('portal:report.failed')} error={rest} />}
        <TextInput
          label={t('portal:report.short')}
          placeholder={t('portal:report.shortExample')}
          value={short}
          error={byField.short_description}
          onChange={(event) => {
            setShort(event.currentTarget.value);
            writeDraft(keys.short, event.currentTarget.value);
          }}
        />
        <Textarea
          label={t('portal:report.long')}
          description={t('portal:report.longHint')}
          rows={5}
          value={long}
          error={byField.description}
          onChange={(event) => {
            setLong(event.currentTarget.value);
            writeDraft(keys.long, event.currentTarget.value);
          }}
        />
        <label className="choice">
          <input type="checkbox" checked={blocked} onChange={(event) => setBlocked(event.currentTarget.checked)} />
          {t('portal:report.blocked')}
        </label>
        <label className="filepick">
          <span className="lab">{t('portal:report.file')}</span>
          <input type="file" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
        </label>
        <Button type="submit" tone="primary" busy={send.isPending}>
          {t('portal:report.send')}
        </Button>
      </form>
    </main>
  );
}
