import type { Policy } from '@toolwarden/policy';
import { expect, test } from 'vitest';
import { namesNothing } from './names-nothing.ts';

const linesFor = (policy: object) =>
  namesNothing({ version: '1', default: 'allow', ...policy } as Policy, ['read', 'read_all']);

const toldOf: [what: string, policy: object][] = [
  ['a denial', { tools: { Read: { action: 'deny' } } }],
  ['a denial by pattern', { tools: { 'write*': { action: 'deny' } } }],
  ['an approval', { tools: { wipe: { action: 'approve' } } }],
  ['a requirement', { tools: { wipe: { require: [] } } }],
  ['a limit', { tools: { wipe: { limits: [] } } }],
  ['what is hidden', { hide: ['read '] }],
  ['what is hidden by pattern', { hide: ['*_wipe'] }],
];
test.for(toldOf)('hole: %s that silently matches nothing is told of', ([, policy]) => {
  expect(linesFor(policy)).toEqual([expect.stringMatching(/the rule matches nothing$/)]);
});

test('rules that match, and rules that only allow, are not told of', () => {
  const tools = { read: { action: 'deny' }, 'read*': { limits: [] }, other: {} };
  expect(linesFor({ tools, hide: ['*_all'] })).toEqual([]);
});
