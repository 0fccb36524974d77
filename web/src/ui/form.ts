// Errors of the server stand next to the field they name.
import { useCallback, useState } from 'react';
import { ApiError } from '@/api/client';
import type { FieldError } from '@/api/types';
import { t, tOr } from '@/app/i18n';
import { sentence } from './words';

export type FormErrors = {
  /** The message for a field, or undefined. */
  of: (field: string) => string | undefined;
  /** What belongs to no field of this form. */
  rest: unknown;
  clear: () => void;
  take: (error: unknown) => void;
};

const matches = (error: FieldError, field: string) => error.field === field || error.field === `/${field}`;

/**
 * What stands next to a field: the form's own words for the broken rule, else the server's as a sentence.
 * `words` are the features whose texts have the form's words, under `wrong`; the first that has some counts.
 */
function wordsOf({ rule, message }: FieldError, field: string, words: string[]): string {
  const form = tOr(words.flatMap((feature) => [`${feature}:wrong.${field}.${rule}`, `${feature}:wrong.${field}.any`]), '');
  return form || (rule === 'required' && /^is /.test(message) ? t('common:error.required') : sentence(message));
}

/** Sorts errors into those of the form's fields and the rest. */
export function splitErrors(error: unknown, fields: string[], ...words: string[]): { byField: Record<string, string>; rest: unknown } {
  if (!(error instanceof ApiError)) return { byField: {}, rest: error };
  const byField: Record<string, string> = {};
  for (const field of fields) {
    const found = error.fields.filter((e) => matches(e, field));
    if (found.length > 0) byField[field] = found.map((e) => wordsOf(e, field, words)).join(' ');
  }
  const allPlaced = error.fields.length > 0 && error.fields.every((e) => fields.some((field) => matches(e, field)));
  return { byField, rest: allPlaced ? null : error };
}

export function useFormErrors(fields: string[]): FormErrors {
  const [state, setState] = useState<{ byField: Record<string, string>; rest: unknown }>({ byField: {}, rest: null });
  const key = fields.join(' ');
  const take = useCallback((error: unknown) => setState(splitErrors(error, key.split(' '))), [key]);
  const clear = useCallback(() => setState({ byField: {}, rest: null }), []);
  return { of: (field) => state.byField[field], rest: state.rest, clear, take };
}
