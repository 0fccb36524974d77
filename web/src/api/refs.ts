// Looking up what a field can point to.
import { api, ok } from './client';
import type { List, PersonRef } from './types';

export type RefKind = 'people' | 'teams' | 'services' | 'service-offerings' | 'configuration-items' | 'locations' | 'organisations';

const SHOWN = 8;

/** The words of a search: each is the beginning of a word of the name. */
export function nameCondition(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return undefined;
  return words.filter((word) => word.toLowerCase() !== 'or').map((word) => `${word}*`).join(' ') || undefined;
}

export async function findRefs(kind: RefKind, text: string): Promise<PersonRef[]> {
  const condition = nameCondition(text);
  const q = kind === 'people' ? ['active:true', condition].filter(Boolean).join(' ') : condition;
  const list = await ok<List<PersonRef>>(api.GET(`/api/v1/${kind}`, { params: { query: { q, limit: SHOWN } } }));
  return list.items;
}
