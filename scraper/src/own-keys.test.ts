// CR20: names that every object has. Whatever a server calls its tools and fields, they are data and stay as they came.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type JsonObject, type ServerRecord } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { changesBetween } from './changes.ts';
import { defaultLimits } from './limits.ts';
import { readListing } from './listing.ts';
import { recordOf } from './record.ts';
import { saveRecord } from './save-record.ts';

const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'prototype', 'toString', 'valueOf'];
const OBJECT = Reflect.ownKeys(Object.prototype).length;
afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(OBJECT);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

/** Fields whose names are traps, as they come off the wire: `JSON.parse` makes own keys of them. */
const TRAPS = NAMES.map((name) => `${JSON.stringify(name)}:{"polluted":true}`).join();
const served = (name: string, more = '') =>
  `{"name":${JSON.stringify(name)},${TRAPS},"inputSchema":{"properties":{${TRAPS}},${TRAPS}}${more}}`;

/** The record of a server whose answers are these texts. */
async function recordFrom(tools: string[], limits = {}): Promise<ServerRecord> {
  const answers = new Map([
    ['tools/list', `{"tools":[${tools}],${TRAPS}}`],
    ['prompts/list', `{"prompts":[{"name":"constructor",${TRAPS}}]}`],
  ]);
  const listing = await readListing(
    async () => ({
      introduction: JSON.parse(`{"capabilities":{"prompts":{},${TRAPS}},${TRAPS}}`) as JsonObject,
      protocolVersion: '2025-11-25',
      ask: async (method) => JSON.parse(answers.get(method) ?? '{}') as JsonObject,
      close: async () => {},
    }),
    { ...defaultLimits, ...limits },
  );
  const installed = { name: 'notes', version: '1.0.0', manifest: {}, readme: '' };
  const base = { source: { id: 'npm:notes' as const }, installed, bin: 'notes' };
  return recordOf(base, listing, { name: 'default', args: [], env: [] }, [], undefined);
}
const wire = (text: string) => canonicalJson(JSON.parse(text));

test('CR20: tools and fields named after parts of every object are kept verbatim, on disk too, and are nothing odd', async () => {
  const tools = NAMES.map((name) => served(name));
  const record = await recordFrom(tools);
  expect(record.findings).toBeUndefined();
  expect(record.truncated).toBeUndefined();
  const store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-store-')));
  await saveRecord(store, record, '2026-11-21T08:00:00.000Z');
  const found = await store.readServer('npm:notes');
  await rm(store.dir, { recursive: true });
  expect(found?.tools.map(({ definition }) => canonicalJson(definition))).toEqual(tools.map(wire));
  expect(canonicalJson(found?.prompts)).toBe(wire(`[{"name":"constructor",${TRAPS}}]`));
  expect(canonicalJson(found?.capabilities)).toBe(wire(`{"prompts":{},${TRAPS}}`));
});

test('CR20, CR21: such a name listed twice is told like any other', async () => {
  const { findings } = await recordFrom(
    NAMES.flatMap((name) => [served(name), served(name, ',"title":"Another"')]),
  );
  expect(findings?.map(({ message }) => message)).toEqual(
    NAMES.map((name) => `"${name}" is listed 2 times.`),
  );
});

test('CR20: such a tool that came, changed or went is told by its name', async () => {
  const before = await recordFrom(
    ['constructor', 'toString', 'valueOf'].map((name) => served(name)),
  );
  const after = await recordFrom([
    served('__proto__'),
    served('constructor'),
    served('toString', ',"title":"Another"'),
  ]);
  const at = '2026-11-21T08:00:00.000Z';
  expect(
    changesBetween(before, after, at).map((event) => [
      event.event,
      'tool' in event ? event.tool : '',
    ]),
  ).toEqual([
    ['tool-added', '__proto__'],
    ['tool-changed', 'toString'],
    ['tool-removed', 'valueOf'],
  ]);
});

test('CR20: a definition that is cut keeps its other fields, whatever they are called', async () => {
  const long = 'x'.repeat(100);
  const limits = { descriptionCharacters: 50, schemaCharacters: 400 };
  const wide = JSON.stringify({ enum: ['y'.repeat(500)] });
  const record = await recordFrom(
    [
      `{"name":"__proto__",${TRAPS},"description":"${long}"}`,
      `{"name":"wide",${TRAPS},"inputSchema":${wide}}`,
      `{"name":"wider","__proto__":${wide},"description":"kept"}`,
    ],
    limits,
  );
  expect(record.tools.map(({ definition }) => canonicalJson(definition))).toEqual([
    wire(`{"name":"__proto__",${TRAPS},"description":"${long.slice(0, 50)}"}`),
    wire(`{"name":"wide",${TRAPS}}`),
    wire(`{"name":"wider","description":"kept"}`),
  ]);
  expect(record.truncated?.map(({ what }) => what)).toEqual([
    ...['description of __proto__', 'inputSchema of wide', '__proto__ of wider'],
  ]);
});

const key = fc.oneof(fc.constantFrom(...NAMES), fc.string());
/** Texts of JSON in which any key may be a trap: objects built in memory could not hold `__proto__`. */
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
    fc.array(tie('text')).map((items) => `[${items}]`),
    fc
      .uniqueArray(fc.tuple(key, tie('text')), { selector: ([name]) => name })
      .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`)}}`),
  ),
}));

test('CR20: any definition comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(key, key, text, async (name, field, value) => {
      fc.pre(field !== 'name');
      const tool = `{"name":${JSON.stringify(name)},${JSON.stringify(field)}:${value}}`;
      const { tools } = await recordFrom([tool]);
      expect(tools.map(({ definition }) => canonicalJson(definition))).toEqual([wire(tool)]);
    }),
    { numRuns: 300 },
  );
});
