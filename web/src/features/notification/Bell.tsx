// The bell: what concerns me, newest first.
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, ok } from '@/api/client';
import { useNews } from '@/api/live';
import type { List, Notice } from '@/api/types';
import { addTexts, t, tOr } from '@/app/i18n';
import { Link } from '@/app/links';
import { paths } from '@/app/paths';
import { pageOf } from '@/app/records';
import notification from '@/locales/en/notification.json';
import { Button } from '@/ui/Button';
import { moment } from '@/ui/time';

addTexts('notification', notification);

const KEY = ['notifications'];
const SHOWN = 30;

/** The sentence of a notification. */
export function noticeText(notice: Notice): string {
  const short = (notice.text_key ?? notice.kind).split('.').at(-1) ?? '';
  const values = { by: notice.by?.name ?? t('notification:somebody'), record: notice.record?.number ?? notice.record?.name ?? '', ...notice.params };
  return tOr(`notification:kind.${short}`, '') ? t(`notification:kind.${short}`, values) : t('notification:kind.other', values);
}

/** What is told of one record stands together, the newest first. */
export function byRecord(notices: Notice[]): Notice[][] {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) {
    const key = notice.record?.number ?? notice.id;
    groups.set(key, [...(groups.get(key) ?? []), notice]);
  }
  return [...groups.values()];
}

export function Bell() {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => ok<List<Notice>>(api.GET('/api/v1/notifications', { params: { query: { limit: SHOWN } } })),
    staleTime: 60_000,
  });
  useNews((news) => {
    if (news.type !== 'record') void client.invalidateQueries({ queryKey: KEY });
  });
  const read = useMutation({
    mutationFn: (ids: string[] | 'all') => ok(api.POST('/api/v1/notifications/read', { body: ids === 'all' ? { all: true } : { ids } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  useEffect(() => {
    if (!open) return;
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  const notices = data?.items ?? [];
  const groups = byRecord(notices);
  const unread = groups.filter((group) => group.some((notice) => !notice.read_at)).length;
  return (
    <div
      className="bell"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          setOpen(false);
        }
      }}
    >
      <Button tone="ghost" small icon aria-expanded={open} aria-label={unread > 0 ? t('notification:unread', { count: unread }) : t('notification:title')} onClick={() => setOpen(!open)}>
        <IconBell aria-hidden />
        {unread > 0 && <span className="bell-dot" aria-hidden />}
      </Button>
      {open && (
        <section className="bell-box" aria-label={t('notification:title')}>
          <header>
            <h2>{t('notification:title')}</h2>
            {unread > 0 && (
              <Button small tone="ghost" className="push" onClick={() => read.mutate('all')}>
                {t('notification:readAll')}
              </Button>
            )}
          </header>
          {notices.length === 0 && <p className="meta">{t('notification:none')}</p>}
          <ul>
            {groups.map((group) => (
              <Told
                key={group[0]?.id}
                group={group}
                onRead={(ids) => {
                  setOpen(false);
                  if (ids.length > 0) read.mutate(ids);
                }}
              />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Told({ group, onRead }: { group: Notice[]; onRead: (ids: string[]) => void }) {
  const [newest] = group;
  if (!newest) return null;
  const unread = group.filter((notice) => !notice.read_at).map((notice) => notice.id);
  const more = group.length - 1;
  // A record of a kind that these pages do not show is told without a way to it.
  const to = newest.record?.number ? pageOf(newest.record) : paths.queue();
  const said = (
    <>
      <span>{noticeText(newest)}</span>
      {newest.record?.number && newest.record.name && newest.record.name !== newest.record.number && <span className="cut">{newest.record.name}</span>}
      <span className="meta">
        {moment(newest.at)}
        {more > 0 && `, ${t('notification:more', { count: more })}`}
      </span>
    </>
  );
  return (
    <li className={unread.length > 0 ? 'unread' : undefined}>
      {to ? (
        <Link className="quiet" to={to} onClick={() => onRead(unread)}>
          {said}
        </Link>
      ) : (
        <div>{said}</div>
      )}
    </li>
  );
}
