import { expect, test } from 'vitest';
import { approvalQuestion, pagesProblem } from './approval-question.ts';

test.for<[address: string, isFit: boolean]>([
  ['https://approvals.example.com/approvals', true],
  ['https://approvals.example.com/approvals/', true],
  ['http://127.0.0.1:8788/approvals', true],
  ['http://localhost:8788/approvals', true],
  ['http://[::1]:8788/approvals', true],
  ['http://approvals.example.com/approvals', false],
  ['http://127.0.0.1.evil.example/approvals', false],
  ['https://ann:secret@approvals.example.com/approvals', false],
  ['https://approvals.example.com/approvals?token=1', false],
  ['https://approvals.example.com/approvals#token', false],
  // The pages' own links and forms lead there.
  ['https://approvals.example.com/', false],
  ['https://example.com/toolwarden/approvals', false],
  ['javascript:alert(1)', false],
  ['approvals', false],
])('people are led to the pages at %s: %s', ([address, isFit]) => {
  expect(pagesProblem(address) === undefined).toBe(isFit);
});

test.for([
  ['tools/call', 'A call of "x" waits'],
  ['resources/read', 'A request for resource "x" waits'],
  ['prompts/get', 'A request for prompt "x" waits'],
])('who is led to a page by %s reads what is asked for: %s', ([method = '', words]) => {
  const asked = { id: 'i', method, tool: 'x', reason: 'r' };
  expect(approvalQuestion('https://a.example/approvals', asked)['message']).toContain(words);
});
