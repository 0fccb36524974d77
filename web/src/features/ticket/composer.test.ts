import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { FieldDef, Ticket } from '@/api/types';
import { addTexts } from '@/app/i18n';
import common from '@/locales/en/common.json';
import ticketTexts from '@/locales/en/ticket.json';
import { Composer } from './Composer';
import type { Mode } from './draft';

addTexts('common', common);
addTexts('ticket', ticketTexts);

/** The composer of a kind with these fields. */
function composer(fields: string[], mode: Mode, caller?: { id: string; name: string }): string {
  const client = new QueryClient();
  client.setQueryData(['me'], { id: 'me', name: 'Ben' });
  client.setQueryData(['fields', 'incident'], { items: fields.map((name) => ({ name }) as FieldDef) });
  const ticket = { number: 'INC0000001', ...(caller ? { caller } : {}) } as Ticket;
  return renderToStaticMarkup(createElement(QueryClientProvider, { client }, createElement(Composer, { ticket, wanted: { mode, serial: 0 } })));
}
const robin = { id: 'r', name: 'Robin Rees' };

test('a kind with callers offers a reply that names the caller', () => {
  const html = composer(['state', 'caller'], 'reply', robin);
  for (const words of ['Reply', 'Send to Robin', 'Public reply to Robin', 'Internal note']) expect(html).toContain(words);
  expect(html).not.toContain('omment');
});

test('a kind without callers offers a comment, which is called no reply', () => {
  const html = composer(['state'], 'reply');
  for (const words of ['Comment', 'Send comment', 'Whoever may see this', 'Internal note']) expect(html).toContain(words);
  expect(html).not.toMatch(/Reply|reply to|aller/);
});

test('a note is one in every kind', () => {
  for (const html of [composer(['caller'], 'note', robin), composer(['state'], 'note')]) {
    expect(html).toContain('data-mode="note"');
    expect(html).toContain('Save internal note');
    expect(html).toContain('Only agents can read this.');
    expect(html).not.toContain('Send');
  }
  expect(composer(['state'], 'note')).not.toContain('aller');
});
