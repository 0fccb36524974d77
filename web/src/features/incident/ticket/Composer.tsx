// Where one writes: a reply to the caller or an internal note, never to be confused.
import { IconArrowBackUp, IconLock, IconPaperclip, IconSend, IconUsers } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { whyNot } from '@/api/actions';
import { commands, useCommand } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { ErrorBanner } from '@/ui/States';
import { firstName } from '@/ui/names';
import { toast } from '@/ui/Toast';
import { draftKey, readDraft, writeDraft, type Mode } from './draft';

type Props = { incident: Incident; wanted: { mode: Mode; serial: number }; small?: boolean };

const ACTION: Record<Mode, string> = { reply: 'comment', note: 'write_work_notes' };

export function Composer({ incident, wanted, small }: Props) {
  const me = useMe();
  const [mode, setMode] = useState<Mode>(wanted.mode);
  const key = draftKey(me.id, incident.number, mode);
  const [texts, setTexts] = useState<Record<Mode, string>>(() => ({
    reply: readDraft(draftKey(me.id, incident.number, 'reply')),
    note: readDraft(draftKey(me.id, incident.number, 'note')),
  }));
  const area = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const text = texts[mode];
  const name = firstName(incident.caller?.name) || t('incident:composer.caller');

  const change = (next: string, of: Mode = mode) => {
    writeDraft(draftKey(me.id, incident.number, of), next);
    setTexts((before) => ({ ...before, [of]: next }));
  };
  const send = useCommand(
    incident.number,
    (what: { mode: Mode; text: string }) =>
      what.mode === 'note' ? commands.workNote(incident.number, what.text) : commands.comment(incident.number, what.text),
  );
  const attach = useCommand(incident.number, (what: File) => commands.attach(incident.number, what, mode === 'note' ? 'internal' : 'public'));
  const off = whyNot(incident, ACTION[mode]);
  const submit = () => {
    if (off || send.isPending || text.trim() === '') return;
    const sent = mode;
    send.mutate({ mode, text }, {
      onSuccess: () => {
        change('', sent);
        toast(t(sent === 'note' ? 'incident:composer.noteSaved' : 'incident:composer.replySent', { name }));
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

  const tab = (of: Mode, letter: string) => (
    <button
      type="button"
      role="tab"
      id={`${id}-${of}`}
      aria-selected={mode === of}
      aria-controls={`${id}-panel`}
      tabIndex={mode === of ? 0 : -1}
      onClick={() => switchTo(of)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
        const other = of === 'reply' ? 'note' : 'reply';
        switchTo(other, false);
        document.getElementById(`${id}-${other}`)?.focus();
      }}
    >
      {of === 'reply' ? <IconArrowBackUp aria-hidden /> : <IconLock aria-hidden />}
      {t(`incident:composer.${of}`)} {!small && <kbd aria-hidden>{letter}</kbd>}
    </button>
  );

  const note = mode === 'note';
  return (
    <div className="comp" data-mode={mode}>
      <div className="tabs" role="tablist" aria-label={t('incident:composer.kind')}>
        {tab('reply', 'R')}
        {tab('note', 'N')}
      </div>
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
        {(send.isError || attach.isError) && (
          <div className="comp-error">
            <ErrorBanner
              title={send.isError ? t(note ? 'incident:composer.noteFailed' : 'incident:composer.replyFailed') : t('incident:composer.fileFailed')}
              error={send.error ?? attach.error}
              retry={send.isError ? submit : undefined}
            />
          </div>
        )}
        <div className="act">
          <Button tone="ghost" small icon aria-label={t(note ? 'incident:composer.attachNote' : 'incident:composer.attachReply', { name })} onClick={() => file.current?.click()} off={whyNot(incident, 'attach')} busy={attach.isPending}>
            <IconPaperclip aria-hidden />
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (chosen) attach.mutate(chosen, { onSuccess: () => toast(t('incident:composer.attached', { name: chosen.name })) });
            }}
          />
          <span className="meta push" data-draft={text === '' ? undefined : key}>
            {text === '' ? '' : t('incident:composer.draft')}
          </span>
          <Button className="send" tone={note ? 'note' : 'primary'} small={small} off={off} busy={send.isPending} onClick={submit} disabled={text.trim() === '' && !off}>
            {note ? <IconLock aria-hidden /> : <IconSend aria-hidden />}
            {note ? t('incident:composer.saveNote') : t('incident:composer.send', { name })}
          </Button>
        </div>
      </div>
    </div>
  );
}
