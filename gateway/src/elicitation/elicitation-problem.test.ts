import { expect, test } from 'vitest';
import { addressProblem, elicitationProblem } from './elicitation-problem.ts';

test.for([
  'http://pay.example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'https://pay.example.com@evil.test/',
  'https://user:pw@pay.example.com/',
  'https://xn--pple-43d.com/',
  'https://аpple.com/',
  'https://pay.example.com/\u202e',
  'https://pay.example.com\\@evil.test/',
  'https:/pay.example.com',
  'https:pay.example.com',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://pay.ex%61mple.com/',
  'https://pay.example.com/\nx',
  ' https://pay.example.com/',
  'https://',
  '',
  7,
])('C7: %j is no address to lead a user to', (address) =>
  expect(addressProblem(address)).toBeTypeOf('string'),
);

test.for(['https://pay.example.com/a?b=c#d', 'https://PAY.example.com:8443/', 'https://[::1]/'])(
  'C7: %j may be shown',
  (address) => expect(addressProblem(address)).toBeUndefined(),
);

test.for<[object, object, boolean]>([
  [{ message: 'Which city?' }, { elicitation: {} }, true],
  [{ mode: 'url', url: 'https://a.example/' }, { elicitation: {} }, false],
  [{ mode: 'url', url: 'https://a.example/' }, { elicitation: { url: {} } }, true],
  [{ mode: 'form', message: 'Which city?' }, { elicitation: { url: {} } }, false],
  [{ mode: 'other' }, { elicitation: { url: {}, form: {} } }, false],
])('C8: %j with the client’s %j passes: %j', ([params, capabilities, passes]) =>
  expect(elicitationProblem(params as never, capabilities as never) === undefined).toBe(passes),
);
