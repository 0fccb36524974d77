import { IconArrowLeft, IconCheck } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { ApiError } from '@/api/client';
import { PLACE, useAutoCloseDays, useIncident } from '@/api/incidents';
import { useAttachments, useComments, useTicketNews } from '@/api/tickets';
import type { Attachment, Entry, Incident } from '@/api/types';
import { t } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { NotFound } from '@/app/RouteError';
import { useMe } from '@/app/session';
import { FileChips } from '@/features/file/FileChip';
import { buttonClass } from '@/ui/Button';
import { ErrorBanner, Skeleton } from '@/ui/States';
import { clock, dayInText, moment } from '@/ui/time';
import { firstName } from '@/ui/names';
import { Dock } from './Dock';
import { standing, step } from './words';

export function ItemPage() {
  const { number = '' } = useParams({ strict: false });
  return <Item key={number} number={number} />;
}

function Item({ number }: { number: string }) {
  const { data: incident, error, refetch } = useIncident(number);
  const comments = useComments(PLACE, number);
  const files = useAttachments(PLACE, number);
  useTicketNews(PLACE, number);
  if (error && !incident) {
    return (
      <>
        <Back />
        {error instanceof ApiError && error.status === 404 ? (
          <NotFound />
        ) : (
          <main className="wrap">
            <ErrorBanner error={error} retry={() => void refetch()} />
          </main>
        )}
      </>
    );
  }
  // A colleague may have written it down, on the phone for instance: those are not the person's own words.
  const other = incident?.opened_by && incident.opened_by.id !== incident.caller?.id ? incident.opened_by : null;
  const writer = other ? firstName(other.name) : '';
  const attached = files.data?.items ?? [];
  const entries = talk(comments.data?.items ?? [], attached);
  return (
    <>
      <Back />
      <main className="wrap item">
        {!incident ? (
          <Skeleton rows={3} />
        ) : (
          <>
            <title>{`${incident.short_description} · ${t('portal:name')}`}</title>
            <div>
              <h1>{incident.short_description}</h1>
              <span className="sm">
                {t(writer ? 'portal:item.toldFor' : 'portal:item.told', { name: writer, day: dayInText(incident.opened_at), time: clock(incident.opened_at) })} · <span className="mono">{number}</span>
              </span>
            </div>
            <Now incident={incident} />
            <section className="talk" aria-label={t('portal:item.messages')}>
              {incident.description && <Bubble entry={{ id: 'first', text: incident.description, at: incident.opened_at, author: incident.opened_by ?? incident.caller }} />}
              {entries.map((entry) => (
                <Bubble key={entry.id} entry={entry} />
              ))}
            </section>
            <Dock incident={incident} />
          </>
        )}
      </main>
    </>
  );
}

function Back() {
  return (
    <header className="top">
      <Link className={`${buttonClass('ghost')} backbtn`} to={paths.portal()} aria-label={t('portal:item.back')}>
        <IconArrowLeft aria-hidden />
        {t('portal:tab.mine')}
      </Link>
    </header>
  );
}

const STEPS = ['received', 'working', 'done'];

function Now({ incident }: { incident: Incident }) {
  const at = step(incident);
  const days = useAutoCloseDays(incident.state === 'resolved');
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
      {incident.state === 'resolved' && days !== 0 && <p className="sm">{days === undefined ? t('portal:item.closesSoon') : t('portal:item.closesAfter', { count: days })}</p>}
    </section>
  );
}

type Said = Pick<Entry, 'id' | 'text' | 'at'> & { author?: { id: string; name: string } | null; html?: string | null; retracted?: unknown; files?: Attachment[] };

/** Messages in order, each with its files; a file sent without a word is a message of its own. */
function talk(comments: Entry[], files: Attachment[]): Said[] {
  const known = new Set(comments.map((entry) => entry.id));
  const words = comments.map((entry): Said => ({ ...entry, files: files.filter((file) => file.entry === entry.id) }));
  const alone = files.filter((file) => !file.entry || !known.has(file.entry)).map((file): Said => ({ id: file.id, text: '', at: file.at, author: file.by, files: [file] }));
  return [...words, ...alone].toSorted((a, b) => a.at.localeCompare(b.at));
}

function Bubble({ entry }: { entry: Said }) {
  const me = useMe();
  const mine = entry.author?.id === me.id;
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
          entry.text !== '' && <div className="prose">{entry.text ?? t('portal:item.erased')}</div>
        )}
        <FileChips files={entry.files} />
      </div>
    </div>
  );
}
