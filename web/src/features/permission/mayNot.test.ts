import { expect, test } from 'vitest';
import type { Permissions } from '@/api/types';
import { rolesFor } from './useMayNot';

const row = (role: string, action: string, scope: string) => ({ kind: 'person', action, role, scope });
const matrix = {
  roles: ['agent', 'auditor', 'administrator'],
  rows: [row('agent', 'erase', 'none'), row('agent', 'disable', 'organisation'), row('administrator', 'erase', 'all'), row('administrator', 'disable', 'all')],
} as unknown as Permissions;

test('whom to ask is who may do all of it', () => {
  expect(rolesFor(matrix, ['person.disable'])).toEqual(['agent', 'administrator']);
  expect(rolesFor(matrix, ['person.disable', 'person.erase'])).toEqual(['administrator']);
  expect(rolesFor(matrix, ['person.erase', 'person.unknown'])).toEqual([]);
});
