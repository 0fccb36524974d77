/** What one calls a person in a sentence: the first word, or the whole of a name that is a code. */
export function firstName(name: string | undefined | null): string {
  const whole = name ?? '';
  return /\d/.test(whole) ? whole : (whole.split(' ')[0] ?? '');
}
