import type { CatalogueTool } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { heldArguments } from './held-arguments.ts';

function tool(name: string, properties: object): CatalogueTool {
  return {
    definition: { name, inputSchema: { type: 'object', properties } },
    digest: 'sha256:0',
    configurations: [],
    slug: name,
    judgement: {
      category: 'Execute',
      traits: ['communicates_externally', 'code_execution'],
      label: 'Execute',
      risk: 'Critical',
      riskRows: [],
    },
  } as unknown as CatalogueTool;
}

test('an argument is known by what a recommended rule takes it for, and one inside another is left out', () => {
  const text = { type: 'string' };
  const held = heldArguments(
    tool('post_report', {
      file_path: { ...text, description: 'Path of the local file' },
      webhook_url: text,
      script: text,
      to: { ...text, format: 'email' },
      title: text,
      options: { type: 'object', properties: { callback_url: text } },
    }),
  );
  expect([...held].map(([name, kinds]) => [name, [...kinds].join()]).sort()).toEqual([
    ['file_path', 'path'],
    ['script', 'program'],
    ['to', 'recipient'],
    ['webhook_url', 'url'],
  ]);
});
