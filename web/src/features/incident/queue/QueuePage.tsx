import '../texts';
import { aboutKind } from '@/app/records';
import { QueueView } from '@/features/ticket/queue/QueueView';

const ticketPage = () => import('../ticket/TicketPage');

export function QueuePage() {
  return <QueueView at={aboutKind('incident')} load={ticketPage} />;
}
