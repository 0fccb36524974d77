import '../texts';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { PLACE, useIncident } from '@/api/incidents';
import { useGo } from '@/app/links';
import { conditions, paths } from '@/app/paths';
import { aboutKind } from '@/app/records';
import { CommandDialogs, type Command, type OpenCommand } from '@/features/ticket/commands/CommandDialogs';
import { TicketView } from '@/features/ticket/TicketView';
import { currentTrail, neighbours } from '@/features/ticket/trail';
import { usePrefetch } from '@/features/ticket/usePrefetch';
import { Aside } from './Aside';
import { TicketHeader } from './TicketHeader';

export function TicketPage() {
  const { number = '' } = useParams({ strict: false });
  return <Ticket key={number} number={number} />;
}

function Ticket({ number }: { number: string }) {
  const query = useIncident(number);
  const incident = query.data;
  const [command, setCommand] = useState<OpenCommand | null>(null);
  const go = useGo();
  const trail = currentTrail('incident');
  const near = neighbours(trail, number);
  usePrefetch(aboutKind('incident'), [near?.after, near?.before]);
  const run = (name: Command, action?: string) => setCommand({ name, numbers: [number], action });
  return (
    <TicketView
      place={PLACE}
      number={number}
      query={query}
      header={incident && <TicketHeader incident={incident} trail={trail} near={near} onCommand={run} />}
      aside={incident && <Aside incident={incident} onCommand={run} />}
      busy={command !== null}
      keys={{
        a: () => run('assign'),
        s: () => run('state'),
        p: () => run('priority'),
        j: () => near?.after && go(paths.incident(near.after)),
        k: () => near?.before && go(paths.incident(near.before)),
        Escape: () => go(paths.queue(trail?.q ?? conditions.open)),
      }}
    >
      {command && <CommandDialogs kind="incident" command={command} onClose={() => setCommand(null)} />}
    </TicketView>
  );
}
