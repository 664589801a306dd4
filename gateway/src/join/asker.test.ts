import { expect, test } from 'vitest';
import { askedBy, withAskers } from './asker.ts';

test('a question in a request says which server asks', () => {
  const params = { mode: 'form', message: 'Your name?' };
  const request = { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params };
  expect(askedBy('notes', request)).toEqual({
    ...request,
    params: { ...params, message: '[notes] Your name?' },
  });
  const sampling = { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params };
  expect(askedBy('notes', sampling)).toEqual(sampling);
});

test('questions in an answer of the stateless era say which server asks, however they are spelt', () => {
  const answer =
    '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{"who":{"method":"\\u0065licitation/cr\\u0065ate","params":{"message":"Your name?"}},"say":{"method":"sampling/createMessage","params":{}}}}}';
  expect(JSON.parse(withAskers('notes', Buffer.from(answer)).toString())).toEqual({
    jsonrpc: '2.0',
    id: 1,
    result: {
      resultType: 'input_required',
      requestState: 's',
      inputRequests: {
        who: { method: 'elicitation/create', params: { message: '[notes] Your name?' } },
        say: { method: 'sampling/createMessage', params: {} },
      },
    },
  });
});

test('pages that an error sends the user to say which server asks', () => {
  const page = { mode: 'url', message: 'Sign in', url: 'https://a.example/', elicitationId: 'e' };
  const error = { code: -32042, message: 'first', data: { elicitations: [page] } };
  expect(
    JSON.parse(withAskers('notes', JSON.stringify({ jsonrpc: '2.0', id: 1, error })).toString()),
  ).toMatchObject({
    error: {
      ...error,
      data: { elicitations: [{ ...page, message: '[notes] Sign in', elicitationId: 'notes:e' }] },
    },
  });
});

test('what asks nothing is passed as the bytes it came in', () => {
  const plain = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"content":[]}}');
  expect(withAskers('notes', plain)).toBe(plain);
  const spoken = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"text":"elicitation"}}');
  expect(withAskers('notes', spoken)).toBe(spoken);
});
