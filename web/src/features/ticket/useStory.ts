import { useMemo } from 'react';
import { useAttachments, useTimeline } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import type { Place } from '@/app/records';
import { withDescription, withFiles, withResolutions, type StoryItem } from './story';

const NOTHING: StoryItem[] = [];

/** The story of a ticket with the files in their places. */
export function useStory(place: Place, number: string, ticket: Ticket | undefined) {
  const timeline = useTimeline(place, number);
  const attached = timeline.data?.some((item) => item.fact?.kind.endsWith('.attachment_added')) ?? false;
  const files = useAttachments(place, number, attached);
  const items = useMemo(
    () => (timeline.data && ticket ? withDescription(withResolutions(withFiles(timeline.data, files.data?.items ?? [])), ticket) : NOTHING),
    [timeline.data, files.data, ticket],
  );
  return { items, ready: timeline.data !== undefined, pending: timeline.isPending, error: timeline.error, refetch: () => void timeline.refetch() };
}
