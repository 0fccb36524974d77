// Where one writes: a reply to the caller (a comment, where there is none) or an internal note, never to be confused.
import { IconLock, IconSend, IconUsers } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import { useRefresh } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { t } from '@/app/i18n';
import { kindOf } from '@/app/records';
import { useMe } from '@/app/session';
import { AttachButton } from '@/features/file/AttachButton';
import { StagedFiles } from '@/features/file/StagedFiles';
import { useDrop } from '@/features/file/useDrop';
import { useOutbox } from '@/features/file/useOutbox';
import { Button } from '@/ui/Button';
import { ApiError } from '@/api/client';
import { ErrorBanner } from '@/ui/States';
import { toast } from '@/ui/Toast';
import { audienceOf } from './audience';
import { ComposerTabs } from './ComposerTabs';
import { Unsent } from './Unsent';
import { useSend } from './useSend';
import { draftKey, readDraft, writeDraft, type Mode } from './draft';

type Props = { ticket: Ticket; wanted: { mode: Mode; serial: number }; small?: boolean };

const ACTION: Record<Mode, string> = { reply: 'comment', note: 'write_work_notes' };

export function Composer({ ticket, wanted, small }: Props) {
  const me = useMe();
  const { kind, place } = kindOf(ticket);
  const refresh = useRefresh(place);
  const { number } = ticket;
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
  const audience = audienceOf(useFields(kind), ticket.caller);
  const off = whyNot(ticket, ACTION[mode]);
  const noFiles = whyNot(ticket, 'attach');
  const add = (files: File[]) => {
    outbox.add(files);
    area.current?.focus();
  };
  const drop = useDrop(add, off === null && noFiles === null);

  const change = (next: string, of: Mode = mode) => {
    writeDraft(draftKey(me.id, number, of), next);
    setTexts((before) => ({ ...before, [of]: next }));
  };
  const send = useSend(place, number, (what) => change('', what.mode));
  const sendFiles = async (of: Mode, entry?: string) => {
    const failed = await outboxes[of].send(place, number, of === 'note' ? 'internal' : 'public', entry);
    void refresh(number);
    return failed;
  };
  const busy = send.isPending || outbox.busy;
  const lost = send.error instanceof ApiError && send.error.status === 0;
  const empty = text.trim() === '' && outbox.staged.length === 0;
  const submit = () => {
    if (off || busy || empty) return;
    const sent = mode;
    const said = () => toast(t(sent === 'note' ? 'ticket:composer.noteSaved' : 'ticket:composer.replySent', audience));
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
      <ComposerTabs id={id} mode={mode} audience={audience} small={small} onChange={switchTo} />
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${mode}`}>
        <div className="to">
          {note ? <IconLock aria-hidden /> : <IconUsers aria-hidden />}
          {note ? t('ticket:composer.noteTo', audience) : t('ticket:composer.replyTo', audience)}
          {!note && !audience.context && <span className="chip">{ticket.caller?.name ?? '–'}</span>}
        </div>
        <textarea
          ref={area}
          className="ta"
          rows={small ? 2 : 3}
          aria-label={t(note ? 'ticket:composer.noteLabel' : 'ticket:composer.replyLabel', audience)}
          value={text}
          disabled={off !== null}
          placeholder={off ?? t(note ? 'ticket:composer.notePlaceholder' : 'ticket:composer.replyPlaceholder', audience)}
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
              <Unsent title={t(note ? 'ticket:composer.noAnswerNote' : 'ticket:composer.noAnswer', audience)} text={t('ticket:composer.noAnswerText')} onTry={submit} onStop={send.reset} />
            ) : (
              <ErrorBanner title={t(note ? 'ticket:composer.noteFailed' : 'ticket:composer.replyFailed', audience)} error={send.error} retry={submit} />
            )}
          </div>
        )}
        {send.slow && (
          <div className="comp-error">
            <Unsent text={t('ticket:composer.waiting')} onStop={send.stop} />
          </div>
        )}
        <div className="act">
          <AttachButton label={t(note ? 'ticket:composer.attachNote' : 'ticket:composer.attachReply', audience)} off={off ?? noFiles} onFiles={add} />
          <span className="meta push" data-draft={text === '' ? undefined : ''}>
            {text === '' ? '' : t('ticket:composer.draft')}
          </span>
          <Button className="send" tone={note ? 'note' : 'primary'} small={small} off={off} busy={busy} onClick={submit} disabled={empty && !off}>
            {note ? <IconLock aria-hidden /> : <IconSend aria-hidden />}
            {note ? t('ticket:composer.saveNote') : t('ticket:composer.send', audience)}
          </Button>
        </div>
      </div>
      {drop.over && <div className="drop-here">{note ? t('file:dropInternal') : t('file:dropPublic', audience)}</div>}
    </div>
  );
}
