import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openTool } from '../testing/harness.ts';
import { pinsOf } from './listing.ts';
import { lockJsonSchema, parseLock } from './lock.ts';

const pins = pinsOf({
  ...{ tools: [openTool('act')], instructions: 'Be kind.', prompts: [{ name: 'p' }] },
  ...{ resources: [{ uri: 'x://a', name: 'a' }], resourceTemplates: [{ uriTemplate: 'x://{a}' }] },
});
const lock = { version: '1', servers: { test: pins } };

test('what is pinned fits the published schema, and nothing more does', () => {
  const validate = new Ajv2020({ strict: false }).compile(lockJsonSchema());
  expect(validate(lock)).toBe(true);
  expect(validate({ version: '1', servers: { a: { tools: {}, more: 1 } } })).toBe(false);
  expect(parseLock(lock)).toEqual({ lock });
});

test.for(['Be kind.', '"p"', 'x://a', 'x://{a}', '"object"'])(
  'a lock in which %s was edited is refused',
  (word) => {
    const edited = JSON.stringify(lock).replace(word, word.replace(/[a-z]/i, 'z'));
    expect(edited).not.toBe(JSON.stringify(lock));
    expect(parseLock(JSON.parse(edited))).toHaveProperty('problem');
  },
);

test.for([
  'null',
  '[]',
  '{}',
  '{"version":"2","servers":{}}',
  '{"version":"1","servers":{},"more":1}',
  '{"version":"1","servers":{"__proto__":{"tools":{}}}}',
  '{"version":"1","servers":{"a":{"tools":{"__proto__":{}}}}}',
  '{"version":"1","servers":{"a":{"tools":{"x":{"digest":"sha256:0","definition":{"name":"x"}}}}}}',
  `{"version":"1","servers":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
])('%s is no lock, and that is said in one line', (text) => {
  const read = parseLock(JSON.parse(text));
  expect('problem' in read && !read.problem.includes('\n')).toBe(true);
});
