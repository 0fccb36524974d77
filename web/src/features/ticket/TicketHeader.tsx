// The head of the page of one ticket: the way back, the likeliest next steps, what it is.
import { IconArrowDown, IconArrowLeft, IconArrowUp, IconCheck } from '@tabler/icons-react';
import { whyNot } from '@/api/actions';
import { useFields } from '@/api/fields';
import type { Ticket } from '@/api/types';
import { own, t } from '@/app/i18n';
import { Link } from '@/app/links';
import { conditions } from '@/app/paths';
import type { Listed } from '@/app/records';
import { RecordLink } from '@/app/RecordLink';
import { Button, buttonClass } from '@/ui/Button';
import { PriorityTag, StateTag } from '@/ui/Tags';
import { PHONE, useMedia } from '@/ui/useMedia';
import { moment } from '@/ui/time';
import type { Run } from './commands/CommandDialogs';
import { EditText } from './EditText';
import { neighbours, type Trail } from './trail';
import { channelInText } from './values';

/** What stands in the header by name; the rest is behind the state menu. */
const FRONT = ['hold', 'resume', 'reopen', 'close', 'resolve'];
const MOST = 3;

type Props = {
  at: Listed;
  ticket: Ticket;
  trail: Trail | null;
  near: ReturnType<typeof neighbours>;
  onCommand: Run;
};

export function TicketHeader({ at, ticket, trail, near, onCommand }: Props) {
  const fields = useFields(at.kind);
  const phone = useMedia(PHONE);
  const offered = FRONT.flatMap((name) => ticket.actions?.find((action) => action.name === name) ?? []);
  const possible = offered.filter((action) => action.allowed);
  // With nothing possible the likeliest one stays, switched off, and says why.
  const shown = (possible.length > 0 ? possible : offered.filter((action) => action.name === 'resolve')).slice(phone ? -1 : -MOST);
  const opened = moment(ticket.opened_at);
  return (
    <div className="th">
      <div className="row">
        <Link className={`${buttonClass('ghost', true)} back`} to={at.queue(trail?.q ?? conditions.open)}>
          <IconArrowLeft aria-hidden />
          <span className="cut">{trail?.title ?? t('desk:queue.open')}</span>
        </Link>
        {near && (
          <>
            <span className="dim">{t('ticket:header.position', { position: near.position, total: near.total })}</span>
            <span className="row none">
              <Step to={near.before && at.page(near.before)} label={t(own(at.kind, 'header.before'))} up />
              <Step to={near.after && at.page(near.after)} label={t(own(at.kind, 'header.after'))} />
            </span>
          </>
        )}
        <span className="push" />
        <Button small onClick={() => onCommand('assign')} off={whyNot(ticket, 'assign')}>
          {t('ticket:action.assign')}
        </Button>
        {shown.map((action) => (
          <Button key={action.name} small off={whyNot(ticket, action.name)} onClick={() => onCommand('state', action.name)}>
            {action.name === 'resolve' && <IconCheck aria-hidden />}
            {t(own(at.kind, `action.${action.name}`))}
          </Button>
        ))}
        <Button small tone="ghost" aria-label={t('ticket:command.state')} onClick={() => onCommand('state')}>
          {t(phone ? 'ticket:header.changeState' : 'ticket:command.state')}
        </Button>
      </div>
      <EditText ticket={ticket} field="short_description" heading />
      <div className="row wide">
        <PriorityTag priority={ticket.priority} />
        <span className="mono">{ticket.number}</span>
        <StateTag state={ticket.state} reason={ticket.on_hold_reason} />
        {/* On a phone there is room for the day; the channel stands in the details. */}
        <span className="meta">
          {ticket.contact_type && !phone
            ? t('ticket:header.openedBy', { time: opened, channel: channelInText(ticket.contact_type, fields) })
            : t('ticket:header.opened', { time: opened })}
          {ticket.duplicate_of?.number && (
            <>
              {' · '}
              {t('ticket:header.duplicateOf')} <RecordLink record={ticket.duplicate_of} />
            </>
          )}
          {ticket.parent?.number && (
            <>
              {' · '}
              {t('ticket:header.childOf')} <RecordLink record={ticket.parent} />
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
    <Link className={buttonClass('ghost', true, true)} to={to} aria-label={label}>
      {up ? <IconArrowUp aria-hidden /> : <IconArrowDown aria-hidden />}
    </Link>
  );
}
