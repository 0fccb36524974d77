// A browser by its name, out of what it says of itself.
import type { Session } from '@/api/types';

const BROWSERS: [RegExp, string][] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']];
const SYSTEMS: [RegExp, string][] = [[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']];

const first = (table: [RegExp, string][], text: string) => table.find(([sign]) => sign.test(text))?.[1];

/** "Chrome, Linux"; of a program that is no browser the name it gives, null where it gives none. */
export function agentName(userAgent: string | null | undefined): string | null {
  if (!userAgent) return null;
  const names = [first(BROWSERS, userAgent), first(SYSTEMS, userAgent)].filter(Boolean);
  return names.length > 0 ? names.join(', ') : (userAgent.split(/[/ ]/)[0] ?? null);
}

/** Sessions that read the same stand together, the last used first; the one that asks stands alone. */
export function groupSessions(sessions: Session[]): Session[][] {
  const groups = new Map<string, Session[]>();
  for (const one of sessions.toSorted((a, b) => b.last_used_at.localeCompare(a.last_used_at))) {
    const key = one.current ? one.id : JSON.stringify([agentName(one.user_agent), one.address]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].toSorted((a, b) => Number(b[0]?.current) - Number(a[0]?.current));
}
