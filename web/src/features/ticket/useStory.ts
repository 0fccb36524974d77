import { useMemo } from 'react';
import { useAttachments, useTimeline } from '@/api/incidents';
import type { Incident } from '@/api/types';
import { withDescription, withFiles, withResolutions, type StoryItem } from './story';

const NOTHING: StoryItem[] = [];

/** The story of an incident with the files in their places. */
export function useStory(number: string, incident: Incident | undefined) {
  const timeline = useTimeline(number);
  const attached = timeline.data?.some((item) => item.fact?.kind.endsWith('.attachment_added')) ?? false;
  const files = useAttachments(number, attached);
  const items = useMemo(
    () => (timeline.data && incident ? withDescription(withResolutions(withFiles(timeline.data, files.data?.items ?? [])), incident) : NOTHING),
    [timeline.data, files.data, incident],
  );
  return { items, ready: timeline.data !== undefined, pending: timeline.isPending, error: timeline.error, refetch: () => void timeline.refetch() };
}
