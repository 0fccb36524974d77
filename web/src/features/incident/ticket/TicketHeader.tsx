import { IconArrowDown, IconArrowLeft, IconArrowUp, IconCheck } from '@tabler/icons-react';
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import type { Incident } from '@/api/types';
import { own, t } from '@/app/i18n';
import { Link } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { RecordLink } from '@/app/RecordLink';
import type { Command } from '@/features/ticket/commands/CommandDialogs';
import { EditText } from '@/features/ticket/EditText';
import { neighbours, type Trail } from '@/features/ticket/trail';
import { channelInText } from '@/features/ticket/values';
import { Button, buttonClass } from '@/ui/Button';
import { PriorityTag, StateTag } from '@/ui/Tags';
import { PHONE, useMedia } from '@/ui/useMedia';
import { moment } from '@/ui/time';

/** What stands in the header by name; the rest is behind the state menu. */
const FRONT = ['hold', 'resume', 'reopen', 'close', 'resolve'];
const MOST = 3;

type Props = {
  incident: Incident;
  trail: Trail | null;
  near: ReturnType<typeof neighbours>;
  onCommand: (name: Command, action?: string) => void;
};

export function TicketHeader({ incident, trail, near, onCommand }: Props) {
  const fields = useFields('incident');
  const phone = useMedia(PHONE);
  const offered = FRONT.flatMap((name) => incident.actions?.find((action) => action.name === name) ?? []);
  const possible = offered.filter((action) => action.allowed);
  // With nothing possible the likeliest one stays, switched off, and says why.
  const shown = (possible.length > 0 ? possible : offered.filter((action) => action.name === 'resolve')).slice(phone ? -1 : -MOST);
  const opened = moment(incident.opened_at);
  return (
    <div className="th">
      <div className="row">
        <Link className={`${buttonClass('ghost', true)} back`} to={paths.queue(trail?.q ?? conditions.open)}>
          <IconArrowLeft aria-hidden />
          <span className="cut">{trail?.title ?? t('desk:queue.open')}</span>
        </Link>
        {near && (
          <>
            <span className="dim">{t('incident:ticket.position', { position: near.position, total: near.total })}</span>
            <span className="row none">
              <Step to={near.before} label={t('incident:ticket.before')} up />
              <Step to={near.after} label={t('incident:ticket.after')} />
            </span>
          </>
        )}
        <span className="push" />
        <Button small onClick={() => onCommand('assign')} off={whyNot(incident, 'assign')}>
          {t('ticket:action.assign')}
        </Button>
        {shown.map((action) => (
          <Button key={action.name} small off={whyNot(incident, action.name)} onClick={() => onCommand('state', action.name)}>
            {action.name === 'resolve' && <IconCheck aria-hidden />}
            {t(own('incident', `action.${action.name}`))}
          </Button>
        ))}
        <Button small tone="ghost" aria-label={t('ticket:command.state')} onClick={() => onCommand('state')}>
          {t(phone ? 'incident:ticket.changeState' : 'ticket:command.state')}
        </Button>
      </div>
      <EditText ticket={incident} field="short_description" heading />
      <div className="row wide">
        <PriorityTag priority={incident.priority} />
        <span className="mono">{incident.number}</span>
        <StateTag state={incident.state} reason={incident.on_hold_reason} />
        {/* On a phone there is room for the day; the channel stands in the details. */}
        <span className="meta">
          {incident.contact_type && !phone
            ? t('incident:ticket.openedBy', { time: opened, channel: channelInText(incident.contact_type, fields) })
            : t('incident:ticket.opened', { time: opened })}
          {incident.duplicate_of?.number && (
            <>
              {' · '}
              {t('incident:ticket.duplicateOf')} <RecordLink record={incident.duplicate_of} />
            </>
          )}
          {incident.parent?.number && (
            <>
              {' · '}
              {t('incident:ticket.childOf')} <RecordLink record={incident.parent} />
            </>
          )}
        </span>
      </div>
    </div>
  );
}

function Step({ to, label, up }: { to: string | undefined; label: string; up?: boolean }) {
  if (!to) return null;
  return (
    <Link className={buttonClass('ghost', true, true)} to={paths.incident(to)} aria-label={label}>
      {up ? <IconArrowUp aria-hidden /> : <IconArrowDown aria-hidden />}
    </Link>
  );
}
