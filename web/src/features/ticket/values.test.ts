import { expect, test } from 'vitest';
import type { FieldDef } from '@/api/types';
import { addTexts } from '@/app/i18n';
import ticket from '@/locales/en/ticket.json';
import { channelInText, choicesOf, fieldLabel, valueText } from './values';

addTexts('ticket', ticket);

const fields = [
  { name: 'contact_type', type: 'choice', choices: [{ code: 'self_service', label: 'Self service' }, { code: 'api', label: 'API' }, { code: 'Kiosk 2', label: 'Kiosk 2' }] },
  { name: 'close_code', type: 'choice', choices: [{ code: 'portal', label: 'Through the portal' }] },
] as unknown as FieldDef[];

test('a channel has one name, in a sentence, as a value and among the choices', () => {
  expect(channelInText('self_service', fields)).toBe('portal');
  expect(valueText('contact_type', 'self_service', fields)).toBe('Portal');
  expect(choicesOf('contact_type', fields).map((choice) => choice.label)).toEqual(['Portal', 'API', 'Kiosk 2']);
});

test('a channel that an administrator made keeps its label, other choices keep theirs', () => {
  expect(channelInText('Kiosk 2', fields)).toBe('Kiosk 2');
  expect(channelInText('gone', fields)).toBe('gone');
  expect(valueText('close_code', 'portal', fields)).toBe('Through the portal');
});

test('a field is called by the word of its kind, else by that of all tickets, else by its own', () => {
  const own = [{ name: 'floor', label: 'Floor' }] as unknown as FieldDef[];
  expect(fieldLabel('state', own, 'incident')).toBe('State');
  expect(fieldLabel('custom.floor', own, 'incident')).toBe('Floor');
  expect(fieldLabel('gone', own, 'incident')).toBe('gone');
  addTexts('incident', { field: { state: 'Phase' } });
  expect(fieldLabel('state', own, 'incident')).toBe('Phase');
});
