import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { ticketCommands, useCommand } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { isAllowed } from '@/api/actions';
import { kindOf } from '@/app/records';
import { useMe } from '@/app/session';
import { FileChips } from '@/features/file/FileChip';
import { Button } from '@/ui/Button';
import { ReasonDialog } from '@/ui/ReasonDialog';
import { Avatar } from '@/ui/Tags';
import { clock, moment } from '@/ui/time';
import type { Audience } from './audience';
import { PublicIcon } from './PublicIcon';
import type { StoryItem } from './story';

/** Text that the server has cleaned; plain text where it sent no HTML. */
export function Prose({ text, html }: { text: string; html?: string | null }) {
  // oxlint-disable-next-line react/no-danger
  if (html) return <div className="prose html" dangerouslySetInnerHTML={{ __html: html }} />;
  return <div className="prose">{text}</div>;
}

/** A message: what the caller wrote is plain, our reply has the petrol strip, a note the note paper. */
export function Message({ item, ticket, audience, brief }: { item: StoryItem; ticket: Ticket; audience: Audience; brief?: boolean }) {
  const me = useMe();
  const { place } = kindOf(ticket);
  const [retracting, setRetracting] = useState(false);
  const author = item.by ?? item.entry?.author ?? null;
  const mine = author?.id === me.id;
  const fromCaller = author !== null && author.id === ticket.caller?.id;
  const note = item.type === 'work_note';
  const kind = note ? 'internal' : !item.resolution && (fromCaller || item.described) ? '' : 'pub-out';
  const retracted = item.entry?.retracted ?? null;
  const mayRetract = !retracted && !item.alone && !item.described && !item.resolution && !item.source && mine && isAllowed(ticket, 'retract_own');
  const name = author?.name ?? t('ticket:timeline.system');
  const retract = useCommand(place, ticket.number, (reason: string) => ticketCommands.retract(place, ticket.number, item.entry?.id ?? '', reason), () => setRetracting(false));
  return (
    <article className={`msg ${kind}`} aria-label={t(note ? 'ticket:timeline.noteBy' : 'ticket:timeline.messageBy', { name })}>
      {note && (
        <div className="lockline">
          <IconLock aria-hidden />
          {brief ? t('ticket:timeline.noteBrief', audience) : t('ticket:timeline.note')}
          {!brief && <span className="light">{t('ticket:timeline.noteMeaning', audience)}</span>}
        </div>
      )}
      <header>
        <Avatar name={name} me={mine} />
        <b>{mine ? t('common:you') : name}</b>
        {!note && (kind === '' ? (
          <span>{t(item.described ? 'ticket:timeline.description' : 'ticket:timeline.caller')}{item.entry?.door && tOr(`ticket:door.${item.entry.door}`, '')}</span>
        ) : (
          <span className="aud">
            <PublicIcon audience={audience} />
            {t(item.resolution ? 'ticket:timeline.resolution' : 'ticket:timeline.publicReply', audience)}
          </span>
        ))}
        {item.source && <span className="chip line">{item.source.number}</span>}
        <time className="push" dateTime={item.at} title={moment(item.at)}>
          {clock(item.at)}
        </time>
        {!note && !brief && mayRetract && (
          <Button tone="ghost" small className="msg-act" onClick={() => setRetracting(true)}>
            {t('ticket:retract.action')}
          </Button>
        )}
      </header>
      <div className="body">
        {retracted ? (
          <p className="dim">{t('ticket:retract.done', { name: retracted.by?.name ?? '', time: moment(retracted.at) })}</p>
        ) : (
          !item.alone && <Prose text={item.entry?.text ?? t('ticket:timeline.erased')} html={item.entry?.html} />
        )}
        <FileChips files={item.files} />
      </div>
      {retracting && (
        <ReasonDialog
          title={t('ticket:retract.title')}
          text={t('ticket:retract.text', audience)}
          action={t('ticket:retract.action')}
          error={retract.error}
          busy={retract.isPending}
          onClose={() => setRetracting(false)}
          onSubmit={(reason) => retract.mutate(reason)}
        />
      )}
    </article>
  );
}
