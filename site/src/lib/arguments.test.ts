import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { argumentRows } from './argument-rows.ts';
import { type ArgumentOwner, signalsOf } from './argument-signals.ts';

const rows = (properties: JsonObject, required: string[] = []) =>
  argumentRows({ name: 't', inputSchema: { type: 'object', properties, required } });
const text = { type: 'string' };
const sender = { name: 'send_mail', category: 'Execute', isSending: true } as const;
const signals = (name: string, schema: JsonObject = text, owner: ArgumentOwner = sender) =>
  signalsOf({ name, schema }, owner).map(({ id }) => id);

test('required arguments come first, then all by name', () => {
  const found = rows({ b: {}, a: {}, z: {} }, ['z']);
  expect(found.map(({ name, isRequired }) => [name, isRequired])).toEqual([
    ['z', true],
    ['a', false],
    ['b', false],
  ]);
});

test('types and bounds are said in words', () => {
  const [row] = rows({
    size: { type: 'integer', minimum: 1, maximum: 1000, default: 20 },
  });
  expect(row).toMatchObject({
    type: 'integer',
    constraints: ['at least 1', 'at most 1,000', 'default 20'],
  });
  expect(
    rows({ tags: { type: 'array', items: { type: 'string' }, maxItems: 3 } })[0],
  ).toMatchObject({
    type: 'array of string',
    constraints: ['at most 3 items'],
  });
});

test('a value that may be null has the bounds of what else it may be', () => {
  const [row] = rows({ n: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] } });
  expect(row).toMatchObject({ type: 'string or null', constraints: ['at most 9 characters'] });
});

test('allowed values are shown up to a number and then counted', () => {
  const [row] = rows({ v: { enum: Array.from({ length: 40 }, (_, i) => i) } });
  expect(row?.values).toHaveLength(12);
  expect(row?.moreValues).toBe(28);
});

test('a generator’s largest number is no bound', () => {
  expect(
    rows({ n: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER } })[0]?.constraints,
  ).toEqual([]);
});

test('schemas of any shape are read without a throw', () => {
  const deep: JsonObject = {};
  let at = deep;
  for (let i = 0; i < 2000; i++) {
    const next: JsonObject = {};
    at['anyOf'] = [next, { type: 'null' }, {}];
    at = next;
  }
  const properties: JsonObject = {
    a: true,
    b: { type: 7 },
    c: { type: ['string', 3] },
    constructor: { enum: 'no' },
    deep,
    d: { items: [{}], properties: [] },
  };
  expect(rows(properties)).toHaveLength(6);
  expect(argumentRows({ name: 't', inputSchema: { properties: 'none' } })).toEqual([]);
});

test('signals are read from an argument’s own name and type', () => {
  expect(signals('command')).toEqual(['command']);
  expect(signals('shellCommand')).toEqual(['command']);
  expect(signals('countryCode')).toEqual([]);
  expect(signals('sql')).toEqual(['query']);
  expect(signals('callback_url')).toEqual(['url']);
  expect(signals('target', { type: 'string', format: 'uri' })).toEqual(['url']);
  expect(signals('to')).toEqual(['recipient']);
  expect(signals('amount', { type: 'integer' })).toEqual(['amount']);
  expect(signals('apiKey')).toEqual(['secret']);
  expect(signals('nextPageToken')).toEqual([]);
  expect(signals('force', { type: 'boolean' })).toEqual(['switch']);
  expect(signals('ids', { type: 'array' })).toEqual(['many']);
  expect(signals('ids', { type: 'array', maxItems: 5 })).toEqual([]);
  expect(signals('payload', { type: 'object' })).toEqual(['open-object']);
  expect(signals('title')).toEqual([]);
  expect(signals('command', { type: 'string', enum: ['a', 'b'] })).toEqual([]);
});

test.for([
  'emailId desiredPhoneId feeRecipient recipientTimeZone recipientName',
  'eval_run_uuid scriptName cronExpression AreaCode ShortCode inventoryAssetAccountCode',
  'DomainSid endpointId urlContains webhookType issueUrl id_or_url',
  'folder_description folder_name file_pattern fileType secretPath',
  'priceId lineAmountTypes totalThoughts',
  'TokenType passwordSelector secretName clientTokenId nextPageToken',
])('what is about a thing is not the thing: %s', (names) => {
  for (const name of names.split(' ')) expect(signals(name), name).toEqual([]);
});

test('a recipient is a text, on a tool that sends', () => {
  expect(signals('recipientEmail')).toEqual(['recipient']);
  expect(signals('to', { type: 'array', items: text, maxItems: 9 })).toEqual(['recipient']);
  expect(signals('cc', text, { name: 'forward_email', category: 'Write' })).toEqual(['recipient']);
  expect(signals('sendNotificationEmail', { type: 'boolean' })).toEqual([]);
  expect(signals('to', { type: 'object', properties: { lat: {} } })).toEqual([]);
  expect(signals('to', { type: 'string', description: 'End date, ISO 8601' })).toEqual([]);
  expect(signals('email', text, { name: 'get_user', category: 'Read' })).toEqual([]);
  expect(signals('email', text, { name: 'search_email', category: 'Read' })).toEqual([]);
  expect(signals('desiredPhone', text, { name: 'run_session', category: 'Execute' })).toEqual([]);
});

test('an argument’s own description can rule a signal out', () => {
  const about = (description: string) => ({ type: 'string', description });
  expect(signals('code', about('Code snippet to run'))).toEqual(['command']);
  expect(signals('code', about('Unique code that customers redeem'))).toEqual([]);
  expect(signals('command', about('Command of the specified tool'))).toEqual([]);
  expect(signals('token', about('Contract address of the token'))).toEqual([]);
});

test('a price that bounds a search is no charge, and a switch or number is no text', () => {
  const reader = { name: 'search_rooms', category: 'Read' } as const;
  expect(signals('maxPrice', { type: 'number' }, reader)).toEqual([]);
  expect(signals('maxPrice', { type: 'number' })).toEqual(['amount']);
  for (const name of ['command', 'query', 'url', 'file', 'email', 'password'])
    for (const type of ['boolean', 'integer'])
      expect(signals(name, { anyOf: [{ type }, { type: 'null' }] }), name).toEqual([]);
});

test('what a recommended rule holds on to is told to the reader, whatever its name says', () => {
  const held = new Map([['saveTo', new Set(['path'] as const)]]);
  expect(signals('saveTo', text, { ...sender, held })).toEqual(['path']);
  expect(signals('saveTo', text, sender)).toEqual([]);
});
