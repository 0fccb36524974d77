import '../texts';
import { useParams } from '@tanstack/react-router';
import { aboutKind } from '@/app/records';
import { TicketView } from '@/features/ticket/TicketView';
import { Aside } from './Aside';

export function TicketPage() {
  const { number = '' } = useParams({ strict: false });
  return <TicketView key={number} at={aboutKind('incident')} number={number} Aside={Aside} />;
}
