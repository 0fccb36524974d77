import { IconArrowLeft, IconCheck, IconPaperclip } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { isAllowed, whyNot } from '@/api/actions';
import { ApiError } from '@/api/client';
import { commands, useAttachments, useCommand, useComments, useIncident, useIncidentNews } from '@/api/incidents';
import type { Attachment, Entry, Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { NotFound } from '@/app/RouteError';
import { useMe } from '@/app/session';
import { draftKey, readDraft, writeDraft } from '@/features/incident/ticket/draft';
import { Button, buttonClass } from '@/ui/Button';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { clock, dayInText, fileSize, moment } from '@/ui/time';
import { firstName } from '@/ui/names';
import { standing, step } from './words';

export function ItemPage() {
  const { number = '' } = useParams({ strict: false });
  return <Item key={number} number={number} />;
}

function Item({ number }: { number: string }) {
  const { data: incident, error, refetch } = useIncident(number);
  const comments = useComments(number);
  const files = useAttachments(number);
  useIncidentNews(number);
  if (error && !incident) {
    if (error instanceof ApiError && error.status === 404) return <NotFound />;
    return (
      <main className="wrap">
        <ErrorBanner error={error} retry={() => void refetch()} />
      </main>
    );
  }
  const entries = (comments.data?.items ?? []).toSorted((a, b) => a.at.localeCompare(b.at));
  return (
    <>
      <header className="top">
        <Link className={`${buttonClass('ghost')} backbtn`} to={paths.portal()} aria-label={t('portal:item.back')}>
          <IconArrowLeft aria-hidden />
        </Link>
        {t('portal:tab.mine')}
      </header>
      <main className="wrap item">
        {!incident ? (
          <Skeleton rows={3} />
        ) : (
          <>
            <title>{`${incident.short_description} · ${t('portal:name')}`}</title>
            <div>
              <h1>{incident.short_description}</h1>
              <span className="sm">
                {t('portal:item.told', { day: dayInText(incident.opened_at), time: clock(incident.opened_at) })} · <span className="mono">{number}</span>
              </span>
            </div>
            <Now incident={incident} />
            <section className="talk" aria-label={t('portal:item.messages')}>
              {incident.description && <Bubble entry={{ id: 'first', text: incident.description, at: incident.opened_at, author: incident.caller }} incident={incident} />}
              {entries.map((entry) => (
                <Bubble key={entry.id} entry={entry} incident={incident} />
              ))}
              <FileList files={files.data?.items ?? []} />
            </section>
            <Dock incident={incident} />
          </>
        )}
      </main>
    </>
  );
}

const STEPS = ['received', 'working', 'done'];

function Now({ incident }: { incident: Incident }) {
  const at = step(incident);
  return (
    <section className="now" aria-label={t('portal:item.where')}>
      <ol className="steps">
        {STEPS.map((name, index) => (
          <li key={name} className={index < at ? 'd' : index === at ? 'c' : undefined} aria-current={index === at ? 'step' : undefined}>
            {(index < at || at === 2) && <IconCheck aria-hidden />}
            {t(`portal:step.${name}`)}
          </li>
        ))}
      </ol>
      <p className="strong">{standing(incident)}</p>
      {incident.close_notes && at === 2 && <p className="sm prose">{incident.close_notes}</p>}
    </section>
  );
}

type Said = Pick<Entry, 'id' | 'text' | 'at'> & { author?: { id: string; name: string } | null; html?: string | null; retracted?: unknown };

function Bubble({ entry, incident }: { entry: Said; incident: Incident }) {
  const me = useMe();
  const mine = entry.author?.id === me.id || (entry.id === 'first' && incident.caller?.id === me.id);
  const when = `${moment(entry.at)}`;
  return (
    <div>
      <div className={`by${mine ? ' r' : ''}`}>{mine ? t('portal:item.byYou', { time: when }) : t('portal:item.by', { name: firstName(entry.author?.name) || t('portal:item.us'), time: when })}</div>
      <div className={`b ${mine ? 'me' : 'us'}`}>
        {entry.retracted ? (
          <em>{t('portal:item.retracted')}</em>
        ) : entry.html ? (
          // The server cleaned this when it was written.
          // oxlint-disable-next-line react/no-danger
          <div className="prose html" dangerouslySetInnerHTML={{ __html: entry.html }} />
        ) : (
          <div className="prose">{entry.text ?? t('portal:item.erased')}</div>
        )}
      </div>
    </div>
  );
}

function FileList({ files }: { files: Attachment[] }) {
  return files.map((file) => (
    <a key={file.id} className="file" href={paths.attachment(file.id)} download={file.file_name}>
      <IconPaperclip aria-hidden />
      <b>{file.file_name}</b> {fileSize(file.size)}
    </a>
  ));
}

function Dock({ incident }: { incident: Incident }) {
  const me = useMe();
  const key = draftKey(me.id, incident.number, 'reply');
  const [text, setText] = useState(() => readDraft(key));
  const [reopening, setReopening] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const change = (next: string) => {
    writeDraft(key, next);
    setText(next);
  };
  const who = firstName(incident.assigned_to?.name) || t('portal:item.us');
  const done = () => {
    change('');
    setReopening(false);
  };
  const send = useCommand(incident.number, (words: string) => (reopening ? commands.reopen(incident.number, { comment: words }) : commands.comment(incident.number, words)), done);
  const confirm = useCommand(incident.number, () => commands.close(incident.number));
  const attach = useCommand(incident.number, (what: File) => commands.attach(incident.number, what, 'public'));
  const trouble = send.error ?? confirm.error ?? attach.error;
  const reopen = isAllowed(incident, 'reopen');
  const off = whyNot(incident, 'comment');
  const label = reopening ? t('portal:item.stillWrong') : t('portal:item.write', { name: who });
  return (
    <section className="dock" aria-label={t('portal:item.answer')}>
      {trouble != null && <ErrorBanner title={t('portal:item.failed')} error={trouble} />}
      {(off === null || reopening) && (
        <form
          className="find"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') send.mutate(text);
          }}
        >
          <textarea rows={1} aria-label={label} placeholder={label} value={text} onChange={(event) => change(event.currentTarget.value)} />
          <Button tone="ghost" icon aria-label={t('portal:item.attach')} busy={attach.isPending} onClick={() => file.current?.click()}>
            <IconPaperclip aria-hidden />
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (chosen) attach.mutate(chosen);
            }}
          />
          <Button type="submit" tone={text.trim() === '' ? 'default' : 'primary'} busy={send.isPending}>
            {t(reopening ? 'portal:item.reopenSend' : 'portal:item.send')}
          </Button>
        </form>
      )}
      {(isAllowed(incident, 'close') || reopen) && !reopening && (
        <div className="row">
          {isAllowed(incident, 'close') && (
            <Button className="grow" busy={confirm.isPending} onClick={() => confirm.mutate()}>
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
    </section>
  );
}
