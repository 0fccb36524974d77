import { Skeleton } from '@/ui/States';

/** The head of a ticket and messages, in the shape of what comes. */
export function TicketSkeleton() {
  return (
    <div className="tsk" aria-busy>
      <div className="th sk" aria-hidden>
        <i className="short" />
        <i className="wide" />
        <i className="short" />
      </div>
      <Skeleton rows={5} />
    </div>
  );
}
