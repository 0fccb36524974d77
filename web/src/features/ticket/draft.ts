// What a person typed and has not sent yet. It stays in this browser until it is sent or emptied.
const PREFIX = 'steward.draft';

export type Mode = 'reply' | 'note';

export function draftKey(person: string, number: string, mode: string): string {
  return `${PREFIX}.${person}.${number}.${mode}`;
}

export function readDraft(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

/** Gives false when the browser keeps nothing. */
export function writeDraft(key: string, text: string): boolean {
  try {
    if (text === '') localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
