import { Textarea, TextInput } from '@/ui/inputs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { createIncident, PLACE } from '@/api/incidents';
import { t } from '@/app/i18n';
import { useGo } from '@/app/links';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session';
import { draftKey, readDraft, writeDraft } from '@/features/ticket/draft';
import { FilePick } from '@/features/file/FilePick';
import { useOutbox } from '@/features/file/useOutbox';
import { Button } from '@/ui/Button';
import { splitErrors } from '@/ui/form';
import { ErrorBanner } from '@/ui/States';
import { toast } from '@/ui/Toast';

const BLOCKED = 1;

export function ReportPage() {
  const me = useMe();
  const go = useGo();
  const keys = { short: draftKey(me.id, 'report', 'short'), long: draftKey(me.id, 'report', 'long') };
  const [short, setShort] = useState(() => readDraft(keys.short));
  const [long, setLong] = useState(() => readDraft(keys.long));
  const [blocked, setBlocked] = useState(false);
  const outbox = useOutbox();
  const send = useMutation({
    mutationFn: async () => {
      const body = { short_description: short, ...(long ? { description: long } : {}), ...(blocked ? { urgency: BLOCKED } : {}) };
      const made = await createIncident(body);
      writeDraft(keys.short, '');
      writeDraft(keys.long, '');
      // The report stands even if a file does not; the page says so.
      return { number: made.number, failed: await outbox.send(PLACE, made.number, 'public') };
    },
    onSuccess: ({ number, failed }) => {
      if (failed > 0) toast(t('file:notAll', { count: failed }));
      go(paths.portalItem(number));
    },
  });
  const { byField, rest } = splitErrors(send.error, ['short_description', 'description'], 'portal');
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
          className="needed"
          label={t('portal:report.short')}
          placeholder={t('portal:report.shortExample')}
          value={short}
          error={byField.short_description}
          onChange={(event) => {
            setShort(event.currentTarget.value);
            if (send.isError) send.reset();
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
            if (send.isError) send.reset();
            writeDraft(keys.long, event.currentTarget.value);
          }}
        />
        <label className="choice">
          <input type="checkbox" checked={blocked} onChange={(event) => setBlocked(event.currentTarget.checked)} />
          {t('portal:report.blocked')}
        </label>
        <FilePick label={t('portal:report.file')} outbox={outbox} />
        <Button type="submit" tone="primary" busy={send.isPending}>
          {t('portal:report.send')}
        </Button>
      </form>
    </main>
  );
}
