// A browser by its name, out of what it says of itself.

const BROWSERS: [RegExp, string][] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']];
const SYSTEMS: [RegExp, string][] = [[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']];

const first = (table: [RegExp, string][], text: string) => table.find(([sign]) => sign.test(text))?.[1];

/** "Chrome, Linux"; of a program that is no browser the name it gives, null where it gives none. */
export function agentName(userAgent: string | null | undefined): string | null {
  if (!userAgent) return null;
  const names = [first(BROWSERS, userAgent), first(SYSTEMS, userAgent)].filter(Boolean);
  return names.length > 0 ? names.join(', ') : (userAgent.split(/[/ ]/)[0] ?? null);
}
