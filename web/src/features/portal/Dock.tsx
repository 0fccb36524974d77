// Where the person answers: words, files, "it works now", "it is still wrong".
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { isAllowed, whyNot } from '@/api/actions';
import { PLACE } from '@/api/incidents';
import { ticketCommands, useCommand, useRefresh } from '@/api/tickets';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { useMe } from '@/app/session';
import { AttachButton } from '@/features/file/AttachButton';
import { StagedFiles } from '@/features/file/StagedFiles';
import { useDrop } from '@/features/file/useDrop';
import { useOutbox } from '@/features/file/useOutbox';
import { draftKey, readDraft, writeDraft } from '@/features/ticket/draft';
import { Button } from '@/ui/Button';
import { firstName } from '@/ui/names';
import { ErrorBanner } from '@/ui/States';
import { toast } from '@/ui/Toast';

export function Dock({ incident }: { incident: Incident }) {
  const me = useMe();
  const refresh = useRefresh(PLACE);
  const { number } = incident;
  const key = draftKey(me.id, number, 'reply');
  const [text, setText] = useState(() => readDraft(key));
  const [reopening, setReopening] = useState(false);
  const [missing, setMissing] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const outbox = useOutbox();
  const noFiles = whyNot(incident, 'attach');
  const drop = useDrop(outbox.add, noFiles === null);
  const change = (next: string) => {
    writeDraft(key, next);
    setMissing(false);
    setText(next);
  };
  const who = firstName(incident.assigned_to?.name) || t('portal:item.us');
  const send = useCommand(PLACE, number, (words: string): Promise<{ id: string } | undefined> => (reopening ? ticketCommands.act(PLACE, number, 'reopen', { comment: words }).then(() => undefined) : ticketCommands.comment(PLACE, number, words)));
  const confirm = useCommand(PLACE, number, () => ticketCommands.act(PLACE, number, 'close'), () => toast(t('portal:item.thanks')));
  const sendFiles = async (entry?: string) => {
    await outbox.send(PLACE, number, 'public', entry);
    void refresh(number);
  };
  const empty = text.trim() === '' && outbox.staged.length === 0;
  const submit = () => {
    if (send.isPending || outbox.busy) return;
    // A file alone does not say what is wrong.
    if (empty || (reopening && text.trim() === '')) {
      setMissing(true);
      area.current?.focus();
      return;
    }
    if (text.trim() === '') {
      void sendFiles();
      return;
    }
    send.mutate(text, {
      onSuccess: (entry) => {
        change('');
        setReopening(false);
        void sendFiles(entry?.id);
      },
    });
  };
  useEffect(() => {
    if (reopening) area.current?.focus();
  }, [reopening]);
  const trouble = send.error ?? confirm.error;
  const reopen = isAllowed(incident, 'reopen');
  const off = whyNot(incident, 'comment');
  const label = reopening ? t('portal:item.stillWrong') : t('portal:item.write', { name: who });
  return (
    <section className="dock droppable" aria-label={t('portal:item.answer')} {...drop.handlers}>
      {trouble != null && <ErrorBanner title={t('portal:item.failed')} error={trouble} />}
      <StagedFiles outbox={outbox} />
      {(off === null || reopening) && (
        <form
          className="find"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
          }}
        >
          <textarea ref={area} rows={1} aria-invalid={missing || undefined} aria-describedby={missing ? `${id}-missing` : undefined} aria-label={label} placeholder={label} value={text} onChange={(event) => change(event.currentTarget.value)} />
          <AttachButton label={t('portal:item.attach')} off={noFiles} small={false} onFiles={outbox.add} />
          <Button type="submit" tone={empty ? 'ghost' : 'primary'} busy={send.isPending || outbox.busy}>
            {t(reopening ? 'portal:item.reopenSend' : 'portal:item.send')}
          </Button>
        </form>
      )}
      {missing && (
        <p className="field-error" id={`${id}-missing`} role="alert">
          {t(reopening ? 'portal:item.sayWrong' : 'portal:item.saySomething')}
        </p>
      )}
      {reopening && (
        <Button
          tone="ghost"
          onClick={() => {
            setReopening(false);
            setMissing(false);
            send.reset();
          }}
        >
          {t('portal:item.takeBack')}
        </Button>
      )}
      {(isAllowed(incident, 'close') || reopen) && !reopening && (
        <div className="row">
          {isAllowed(incident, 'close') && (
            <Button className="grow" tone="primary" busy={confirm.isPending} onClick={() => confirm.mutate()}>
              <IconCheck aria-hidden />
              {t('portal:item.works')}
            </Button>
          )}
          {reopen && (
            <Button className="grow" tone="ghost" onClick={() => setReopening(true)}>
              {t('portal:item.still')}
            </Button>
          )}
        </div>
      )}
      {drop.over && <div className="drop-here">{t('file:dropPublic', { name: who })}</div>}
    </section>
  );
}
