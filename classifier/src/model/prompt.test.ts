import { jsonDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { answerJsonSchema } from './answer.ts';
import { definitionText, PROMPT_VERSION, promptFor, SYSTEM_PROMPT } from './prompt.ts';
import { redactSecrets } from './redact.ts';

test('a change of what is asked comes with a new version of the prompt', () => {
  const asked = jsonDigest([
    SYSTEM_PROMPT,
    answerJsonSchema,
    promptFor('id', 'definition', 'mark'),
  ]);
  // Changed on purpose? Then write the new digest here, and raise PROMPT_VERSION: stored answers are to another question.
  expect([PROMPT_VERSION, asked]).toEqual([
    '2',
    'sha256:bd37305ba266d0d015025127ab6f99e9c0f882fdd579e48f7b365a7f897bdd44',
  ]);
});

test('a change of what of a definition is sent comes with a new version of the prompt', async () => {
  const secret = `sk-${'a1'.repeat(20)}`;
  const clean = await redactSecrets({
    name: 'a',
    title: 'b',
    description: `Use the key ${secret} here.\u200B`,
    inputSchema: { type: 'object' },
    outputSchema: {},
    annotations: { readOnlyHint: true },
    icons: [],
  });
  const sent = definitionText(clean, { name: 'server', description: 'c' }).text;
  // The same as above: a redaction that leaves more or less of a text asks another question.
  expect([PROMPT_VERSION, sent]).toEqual([
    '2',
    '{"server":{"name":"server","description":"c"},"tool":{"name":"a","title":"b","description":"Use the key [redacted] here.\\u200b","inputSchema":{"type":"object"},"outputSchema":{},"annotations":{"readOnlyHint":true}}}',
  ]);
});

test('a model is shown the judged fields, and nothing else of a definition', () => {
  const { text } = definitionText(
    { name: 'a', description: 'b', icons: [{ src: 'c' }], _meta: { d: 1 }, execution: {} },
    { name: 'server' },
  );
  expect(JSON.parse(text)).toEqual({
    server: { name: 'server' },
    tool: { name: 'a', description: 'b' },
  });
});
