// Where one writes: a reply to the caller or an internal note, never to be confused.
import { IconLock, IconSend, IconUsers } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { whyNot } from '@/api/actions';
import { useRefresh } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { useMe } from '@/app/session';
import { AttachButton } from '@/features/file/AttachButton';
import { StagedFiles } from '@/features/file/StagedFiles';
import { useDrop } from '@/features/file/useDrop';
import { useOutbox } from '@/features/file/useOutbox';
import { Button } from '@/ui/Button';
import { ApiError } from '@/api/client';
import { ErrorBanner } from '@/ui/States';
import { firstName } from '@/ui/names';
import { toast } from '@/ui/Toast';
import { ComposerTabs } from './ComposerTabs';
import { Unsent } from './Unsent';
import { useSend } from './useSend';
import { draftKey, readDraft, writeDraft, type Mode } from './draft';

type Props = { incident: Incident; wanted: { mode: Mode; serial: number }; small?: boolean };

const ACTION: Record<Mode, string> = { reply: 'comment', note: 'write_work_notes' };

export function Composer({ incident, wanted, small }: Props) {
  const me = useMe();
  const refresh = useRefresh();
  const { number } = incident;
  const [mode, setMode] = useState<Mode>(wanted.mode);
  const [texts, setTexts] = useState<Record<Mode, string>>(() => ({
    reply: readDraft(draftKey(me.id, number, 'reply')),
    note: readDraft(draftKey(me.id, number, 'note')),
  }));
  // What was meant for agents must not go out because one looked at the other tab.
  const outboxes = { reply: useOutbox(), note: useOutbox() };
  const outbox = outboxes[mode];
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const text = texts[mode];
  const note = mode === 'note';
  const name = firstName(incident.caller?.name) || t('incident:composer.caller');
  const off = whyNot(incident, ACTION[mode]);
  const noFiles = whyNot(incident, 'attach');
  const add = (files: File[]) => {
    outbox.add(files);
    area.current?.focus();
  };
  const drop = useDrop(add, off === null && noFiles === null);

  const change = (next: string, of: Mode = mode) => {
    writeDraft(draftKey(me.id, number, of), next);
    setTexts((before) => ({ ...before, [of]: next }));
  };
  const send = useSend(number, (what) => change('', what.mode));
  const sendFiles = async (of: Mode, entry?: string) => {
    const failed = await outboxes[of].send(number, of === 'note' ? 'internal' : 'public', entry);
    void refresh(number);
    return failed;
  };
  const busy = send.isPending || outbox.busy;
  const lost = send.error instanceof ApiError && send.error.status === 0;
  const empty = text.trim() === '' && outbox.staged.length === 0;
  const submit = () => {
    if (off || busy || empty) return;
    const sent = mode;
    const said = () => toast(t(sent === 'note' ? 'incident:composer.noteSaved' : 'incident:composer.replySent', { name }));
    if (text.trim() === '') {
      void sendFiles(sent).then((failed) => failed === 0 && said());
      return;
    }
    send.mutate({ mode, text }, {
      onSuccess: (entry) => {
        void sendFiles(sent, entry?.id).then((failed) => (failed === 0 ? said() : toast(t('file:notAll', { count: failed }))));
      },
    });
  };
  const switchTo = (next: Mode, focus = true) => {
    setMode(next);
    send.reset();
    if (focus) area.current?.focus();
  };
  // R and N on the page choose the mode and put the cursor here.
  const [serial, setSerial] = useState(wanted.serial);
  if (serial !== wanted.serial) {
    setSerial(wanted.serial);
    setMode(wanted.mode);
  }
  useEffect(() => {
    if (wanted.serial > 0) area.current?.focus();
  }, [wanted.serial]);

  return (
    <div className="comp droppable" data-mode={mode} {...drop.handlers}>
      <ComposerTabs id={id} mode={mode} small={small} onChange={switchTo} />
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${mode}`}>
        <div className="to">
          {note ? <IconLock aria-hidden /> : <IconUsers aria-hidden />}
          {note ? t('incident:composer.noteTo', { name }) : t('incident:composer.replyTo')}
          {!note && <span className="chip">{incident.caller?.name ?? '–'}</span>}
        </div>
        <textarea
          ref={area}
          className="ta"
          rows={small ? 2 : 3}
          aria-label={t(note ? 'incident:composer.noteLabel' : 'incident:composer.replyLabel', { name })}
          value={text}
          disabled={off !== null}
          placeholder={off ?? t(note ? 'incident:composer.notePlaceholder' : 'incident:composer.replyPlaceholder', { name })}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              submit();
            } else if (event.key === 'Escape') {
              event.currentTarget.blur();
            }
          }}
        />
        <StagedFiles outbox={outbox} />
        {send.isError && (
          <div className="comp-error">
            {lost ? (
              <Unsent title={t(note ? 'incident:composer.noAnswerNote' : 'incident:composer.noAnswer')} text={t('incident:composer.noAnswerText')} onTry={submit} onStop={send.reset} />
            ) : (
              <ErrorBanner title={t(note ? 'incident:composer.noteFailed' : 'incident:composer.replyFailed')} error={send.error} retry={submit} />
            )}
          </div>
        )}
        {send.slow && (
          <div className="comp-error">
            <Unsent text={t('incident:composer.waiting')} onStop={send.stop} />
          </div>
        )}
        <div className="act">
          <AttachButton label={t(note ? 'incident:composer.attachNote' : 'incident:composer.attachReply', { name })} off={off ?? noFiles} onFiles={add} />
          <span className="meta push" data-draft={text === '' ? undefined : ''}>
            {text === '' ? '' : t('incident:composer.draft')}
          </span>
          <Button className="send" tone={note ? 'note' : 'primary'} small={small} off={off} busy={busy} onClick={submit} disabled={empty && !off}>
            {note ? <IconLock aria-hidden /> : <IconSend aria-hidden />}
            {note ? t('incident:composer.saveNote') : t('incident:composer.send', { name })}
          </Button>
        </div>
      </div>
      {drop.over && <div className="drop-here">{note ? t('file:dropInternal') : t('file:dropPublic', { name })}</div>}
    </div>
  );
}
