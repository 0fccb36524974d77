import { IconArrowBackUp, IconArrowBarToRight, IconLock, IconPaperclip } from '@tabler/icons-react';
import { useState } from 'react';
import { commands, useCommand } from '@/api/incidents';
import type { Attachment, Incident, TimelineItem } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { paths } from '@/app/paths';
import { isAllowed } from '@/api/actions';
import { useMe } from '@/app/session';
import { Button } from '@/ui/Button';
import { ReasonDialog } from '@/ui/ReasonDialog';
import { firstName } from '@/ui/names';
import { Avatar } from '@/ui/Tags';
import { clock, fileSize, moment } from '@/ui/time';

/** Text that the server has cleaned; plain text where it sent no HTML. */
export function Prose({ text, html }: { text: string; html?: string | null }) {
  // oxlint-disable-next-line react/no-danger
  if (html) return <div className="prose html" dangerouslySetInnerHTML={{ __html: html }} />;
  return <div className="prose">{text}</div>;
}

export function FileChip({ file }: { file: Attachment }) {
  return (
    <a className="file" href={paths.attachment(file.id)} download={file.file_name}>
      {file.audience === 'internal' ? <IconLock aria-hidden /> : <IconPaperclip aria-hidden />}
      {file.audience === 'internal' && <span className="vh">{t('incident:files.internal')} </span>}
      <b>{file.file_name}</b> {fileSize(file.size)}
    </a>
  );
}

/** A message: what the caller wrote is plain, our reply has the petrol strip, a note the note paper. */
export function Message({ item, incident, brief }: { item: TimelineItem; incident: Incident; brief?: boolean }) {
  const me = useMe();
  const [retracting, setRetracting] = useState(false);
  const author = item.by ?? item.entry?.author ?? null;
  const mine = author?.id === me.id;
  const fromCaller = author !== null && author.id === incident.caller?.id;
  const note = item.type === 'work_note';
  const caller = firstName(incident.caller?.name);
  const kind = note ? 'internal' : fromCaller ? '' : 'pub-out';
  const retracted = item.entry?.retracted ?? null;
  const mayRetract = !retracted && !item.source && mine && isAllowed(incident, 'retract_own');
  const name = author?.name ?? t('incident:timeline.system');
  const retract = useCommand(incident.number, (reason: string) => commands.retract(incident.number, item.entry?.id ?? '', reason), () => setRetracting(false));
  return (
    <article className={`msg ${kind}`} aria-label={t(note ? 'incident:timeline.noteBy' : 'incident:timeline.messageBy', { name })}>
      {note && (
        <div className="lockline">
          <IconLock aria-hidden />
          {brief ? t('incident:timeline.noteBrief', { name: caller }) : t('incident:timeline.note')}
          {!brief && <span className="light">{t('incident:timeline.noteMeaning', { name: caller })}</span>}
        </div>
      )}
      <header>
        <Avatar name={name} me={mine} />
        <b>{mine ? t('common:you') : name}</b>
        {!note && (fromCaller ? (
          <span>{t('incident:timeline.caller')}{item.entry?.door && tOr(`incident:door.${item.entry.door}`, '')}</span>
        ) : (
          <span className="aud">
            <IconArrowBackUp aria-hidden />
            {t('incident:timeline.publicReply', { name: caller })}
          </span>
        ))}
        {item.source && <span className="chip line">{item.source.number}</span>}
        <time className="push" dateTime={item.at} title={moment(item.at)}>
          {clock(item.at)}
        </time>
        {!note && !brief && mayRetract && (
          <Button tone="ghost" small icon className="msg-act" aria-label={t('incident:retract.action')} title={t('incident:retract.action')} onClick={() => setRetracting(true)}>
            <IconArrowBarToRight aria-hidden />
          </Button>
        )}
      </header>
      <div className="body">
        {retracted ? (
          <p className="dim">{t('incident:retract.done', { name: retracted.by?.name ?? '', time: moment(retracted.at) })}</p>
        ) : (
          <Prose text={item.entry?.text ?? t('incident:timeline.erased')} html={item.entry?.html} />
        )}
      </div>
      {retracting && (
        <ReasonDialog
          title={t('incident:retract.title')}
          text={t('incident:retract.text')}
          action={t('incident:retract.action')}
          error={retract.error}
          busy={retract.isPending}
          onClose={() => setRetracting(false)}
          onSubmit={(reason) => retract.mutate(reason)}
        />
      )}
    </article>
  );
}
