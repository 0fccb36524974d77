// What only incidents have. What every ticket has stands in `tickets.ts` and `ticketLists.ts`.
import { useQuery } from '@tanstack/react-query';
import { api, ok } from './client';
import { ticketCommands, useTicket } from './tickets';
import type { Cells, Incident, IncidentSettings, NewIncident } from './types';

/** Where incidents stand in the API. */
export const PLACE = 'incidents';

export const useIncident = (number: string) => useTicket<Incident>(PLACE, number);

export const createIncident = (body: NewIncident): Promise<Incident> => ticketCommands.create<Incident>(PLACE, body);

/** The priority that follows from impact and urgency, by the administrator's matrix. */
export function usePriorityOf(impact: number, urgency: number): number | undefined {
  const { data } = useQuery({ queryKey: ['priority-matrix'], queryFn: () => ok<Cells>(api.GET('/api/v1/priority-matrix', { params: { query: { kind: 'incident' } } })), staleTime: 5 * 60_000, retry: false });
  return data?.cells.find((cell) => cell.impact === impact && cell.urgency === urgency)?.priority;
}

/** The days after which a resolved incident closes by itself; 0 is never. */
export function useAutoCloseDays(active: boolean): number | undefined {
  const { data } = useQuery({ queryKey: ['incident-settings'], queryFn: () => ok<IncidentSettings>(api.GET('/api/v1/incident-settings')), enabled: active, staleTime: 5 * 60_000, retry: false });
  return data?.auto_close_days;
}
