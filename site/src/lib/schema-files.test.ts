import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { apiFiles } from './open-api.ts';
import { schemaFiles } from './schema-files.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const files = new Map(schemaFiles('https://x.example'));

/** Whether a document is one by the published schema. */
function holds(name: string, document: object): boolean {
  const schema = JSON.parse(files.get(`schemas/${name}.schema.json`) ?? 'null');
  return new Ajv2020({ strict: false, validateFormats: false }).validate(schema, document) === true;
}

test('every schema is listed among the files for programs, and says where it is', () => {
  const listed = apiFiles.map(({ path }) => path);
  for (const [path, text] of files) {
    expect(listed).toContain(`/${path}`);
    expect(JSON.parse(text).$id).toBe(`https://x.example/${path}`);
  }
});

test('the example of the documentation is a configuration by the published schema, and what is misspelt is not', async () => {
  const page = await readFile(join(DOCS, 'http-gateway.md'), 'utf8');
  const example = JSON.parse(/```json\n(\{\n {2}"listen"[^`]+)```/.exec(page)?.[1] ?? '{}');
  const $schema = 'https://x.example/schemas/gateway.schema.json';
  expect(holds('gateway', { $schema, ...example })).toBe(true);
  expect(holds('gateway', { ...example, polices: {} })).toBe(false);
});

test('policies and lock files name their schema, and what is misspelt is not one', () => {
  const $schema = 'https://x.example/s.json';
  expect(holds('policy', { $schema, version: '1', default: 'deny', tools: { a: {} } })).toBe(true);
  expect(holds('policy', { version: '1', default: 'deny', tool: {} })).toBe(false);
  expect(holds('lock', { $schema, version: '1', servers: {} })).toBe(true);
  expect(holds('lock', { version: '1', servers: [] })).toBe(false);
});
