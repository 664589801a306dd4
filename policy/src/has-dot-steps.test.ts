import { expect, test } from 'vitest';
import { hasDotSteps } from './has-dot-steps.ts';

test.for([
  'file:///srv/notes/../../etc/passwd',
  'file:///srv/notes/..',
  'file:///./etc/passwd',
  'file:///srv/notes/%2e%2e/x',
  'file:///srv/notes/.%2E/x',
  'file:///srv/notes/%252e%252e%252fx',
  'file:///srv/notes/..%2fx',
  'file:///srv/notes/..%5Cx',
  'file:///srv\\..\\x',
  'file:///srv/.\n./x',
  'file:///srv/..;/x',
  'notes://a?/../../x',
  '../x',
])('%j may lead elsewhere', (address) => {
  expect(hasDotSteps(address)).toBe(true);
});

test.for([
  'file:///srv/.hidden/..rc/a..b/...',
  'https://example.com/v1.2/x.json?range=1..5',
  'notes://today',
  '',
])('%j leads where it says', (address) => {
  expect(hasDotSteps(address)).toBe(false);
});

test('a long address takes no longer than its length', () => {
  const codes = '%25'.repeat(200_000);
  expect(hasDotSteps(`x://${codes}`)).toBe(false);
  expect(hasDotSteps(`x://${'/%'.repeat(200_000)}${'25'.repeat(200_000)}2f..`)).toBe(true);
});
