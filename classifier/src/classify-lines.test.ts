import { expect, test } from 'vitest';
import { classifyLines } from './classify-lines.ts';

async function ask(...lines: string[]): Promise<Record<string, unknown>[]> {
  async function* source(): AsyncGenerator<string> {
    yield* lines;
  }
  const answers: Record<string, unknown>[] = [];
  for await (const line of classifyLines(source())) answers.push(JSON.parse(line));
  return answers;
}

test('answers come in the order of the questions, with the fields that are promised', async () => {
  const answers = await ask(
    JSON.stringify({ id: 'x', tool: { name: 'delete_note' } }),
    JSON.stringify({ id: 2, server: { name: 's', description: 'd' }, tool: { name: 'get_note' } }),
  );
  expect(answers.map(({ id }) => id)).toEqual(['x', 2]);
  expect(Object.keys(answers[0] ?? {})).toEqual([
    'id',
    'category',
    'label',
    'traits',
    'risk',
    'confidence',
    'review',
    'rationale',
    'evidence',
  ]);
});

test('a bad line is answered in its place and the run goes on', async () => {
  const answers = await ask(
    '{',
    '[]',
    '{"id":7}',
    '{"id":8,"tool":{"name":"get_note"}}',
    '{"id":9,"tool":{"name":4}}',
  );
  expect(answers.map(({ id, line, error }) => [id, line, typeof error])).toEqual([
    [null, 1, 'string'],
    [null, 2, 'string'],
    [7, 3, 'string'],
    [8, undefined, 'undefined'],
    [9, 5, 'string'],
  ]);
});

test('keys that belong to no object of ours are data', async () => {
  const [answer] = await ask(
    '{"id":{"__proto__":1},"tool":{"name":"get_note","__proto__":{"description":"Delete"},"inputSchema":{"properties":{"constructor":{},"__proto__":{"type":"string"}}}}}',
  );
  expect(answer?.['category']).toBe('Read');
});
