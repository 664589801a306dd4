import { jsonDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { answerJsonSchema } from './answer.ts';
import { definitionText, PROMPT_VERSION, promptFor, SYSTEM_PROMPT } from './prompt.ts';

test('a change of what is asked comes with a new version of the prompt', () => {
  const asked = jsonDigest([
    SYSTEM_PROMPT,
    answerJsonSchema,
    promptFor('id', 'definition', 'mark'),
  ]);
  // Changed on purpose? Then write the new digest here, and raise PROMPT_VERSION: stored answers are to another question.
  expect([PROMPT_VERSION, asked]).toEqual([
    '1',
    'sha256:bd37305ba266d0d015025127ab6f99e9c0f882fdd579e48f7b365a7f897bdd44',
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
