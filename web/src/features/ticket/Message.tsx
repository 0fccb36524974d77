import { IconArrowBackUp, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { commands, useCommand } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { isAllowed } from '@/api/actions';
import { useMe } from '@/app/session';
import { FileChips } from '@/features/file/FileChip';
import { Button } from '@/ui/Button';
import { ReasonDialog } from '@/ui/ReasonDialog';
import { firstName } from '@/ui/names';
import { Avatar } from '@/ui/Tags';
import { clock, moment } from '@/ui/time';
import type { StoryItem } from './story';

/** Text that the server has cleaned; plain text where it sent no HTML. */
export function Prose({ text, html }: { text: string; html?: string | null }) {
  // oxlint-disable-next-line react/no-danger
  if (html) return <div className="prose html" dangerouslySetInnerHTML={{ __html: html }} />;
  return <div className="prose">{text}</div>;
}

/** A message: what the caller wrote is plain, our reply has the petrol strip, a note the note paper. */
export function Message({ item, incident, brief }: { item: StoryItem; incident: Incident; brief?: boolean }) {
  const me = useMe();
  const [retracting, setRetracting] = useState(false);
  const author = item.by ?? item.entry?.author ?? null;
  const mine = author?.id === me.id;
  const fromCaller = author !== null && author.id === incident.caller?.id;
  const note = item.type === 'work_note';
  const caller = firstName(incident.caller?.name);
  const kind = note ? 'internal' : !item.resolution && (fromCaller || item.described) ? '' : 'pub-out';
  const retracted = item.entry?.retracted ?? null;
  const mayRetract = !retracted && !item.alone && !item.described && !item.resolution && !item.source && mine && isAllowed(incident, 'retract_own');
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
        {!note && (kind === '' ? (
          <span>{t(item.described ? 'incident:timeline.description' : 'incident:timeline.caller')}{item.entry?.door && tOr(`incident:door.${item.entry.door}`, '')}</span>
        ) : (
          <span className="aud">
            <IconArrowBackUp aria-hidden />
            {t(item.resolution ? 'incident:timeline.resolution' : 'incident:timeline.publicReply', { name: caller || t('incident:composer.caller') })}
          </span>
        ))}
        {item.source && <span className="chip line">{item.source.number}</span>}
        <time className="push" dateTime={item.at} title={moment(item.at)}>
          {clock(item.at)}
        </time>
        {!note && !brief && mayRetract && (
          <Button tone="ghost" small className="msg-act" onClick={() => setRetracting(true)}>
            {t('incident:retract.action')}
          </Button>
        )}
      </header>
      <div className="body">
        {retracted ? (
          <p className="dim">{t('incident:retract.done', { name: retracted.by?.name ?? '', time: moment(retracted.at) })}</p>
        ) : (
          !item.alone && <Prose text={item.entry?.text ?? t('incident:timeline.erased')} html={item.entry?.html} />
        )}
        <FileChips files={item.files} />
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
