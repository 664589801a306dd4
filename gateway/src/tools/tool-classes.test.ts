import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readToolClasses } from './tool-classes.ts';
import { createToolTable } from './tool-table.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');

const live = (definition: object) => {
  const table = createToolTable();
  table.replace([definition as JsonObject]);
  const [name = ''] = table.names;
  const tool = table.get(name);
  if (tool === undefined) throw new Error('not listed');
  return tool;
};

test('the folder of a catalogue says what each of its tools is, for exactly that definition', async () => {
  const classOf = await readToolClasses(FIXTURES);
  const { items } = await openStore(FIXTURES).readEntries();
  const judged = items
    .flatMap(({ tools }) => tools)
    .filter(({ judgement, definition }) => judgement && /^[\w.-]{1,128}$/.test(definition.name));
  expect(judged.length).toBeGreaterThan(10);
  for (const { definition, judgement } of judged) {
    expect(classOf(live(definition))?.category).toBe(judgement?.category);
    expect(classOf(live({ ...definition, description: 'another' }))).toBeUndefined();
  }
});

test.for([
  ['no file', undefined],
  ['no JSON', '{'],
  ['no object', '[]'],
  ['no digest', '{"x":{"category":"Read","traits":[]}}'],
  ['no traits', `{"sha256:${'0'.repeat(64)}":{"category":"Read"}}`],
] as const)('%s stops the start and names the file', async ([, text]) => {
  const path = join(temporaryFolder(), 'classes.json');
  if (text !== undefined) writeFileSync(path, text);
  await expect(readToolClasses(path)).rejects.toThrow(`${path}: `);
});

test('a folder that is no catalogue stops the start', async () => {
  await expect(readToolClasses(temporaryFolder())).rejects.toThrow('no server is recorded there');
});
