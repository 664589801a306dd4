import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, toolDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { gatewayRemarks } from './gateway-remarks.ts';

const definition = { name: 'read', inputSchema: { type: 'object' } };
const pin = { digest: toolDigest(definition as never), definition };
const flow = {
  ...{ after: { traits: ['private_data'] }, within: '10m', action: 'deny' },
  then: { traits: ['communicates_externally'] },
};

/** What is said of two servers under a policy, and of what a lock file holds. */
async function remarks(policy: JsonObject, accepted?: JsonObject, more: JsonObject = {}) {
  const folder = temporaryFolder();
  const write = (name: string, value: JsonObject) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  write('p.json', { version: '1', default: 'deny', ...policy });
  if (accepted !== undefined) write('lock.json', { version: '1', servers: accepted });
  write('gateway.json', {
    servers: { a: { url: 'https://a.example' }, b: { url: 'https://b.example' } },
    ...{ policies: { p: 'p.json' }, ...(accepted && { lock: 'lock.json' }), ...more },
  });
  const found = await gatewayRemarks(join(folder, 'gateway.json'), {});
  return found.map(({ pointer, message }) => `${pointer}: ${message}`);
}

test('a server of which nothing is accepted is named where a policy holds it to the lock file', async () => {
  const accepted = { a: { tools: { read: pin } } };
  const [first, ...others] = await remarks({ pinning: 'enforce' }, accepted);
  expect(first).toContain('/servers/b: nothing of it is accepted in the lock file');
  expect(others).toEqual([]);
  expect(await remarks({ pinning: 'warn' }, accepted)).toEqual([]);
  expect(await remarks({ pinning: 'enforce' }, { ...accepted, b: { tools: {} } })).toEqual([]);
});

test('flows and classes are told of where nothing says what the tools of a server are', async () => {
  const judged = { tools: { read: { ...pin, class: { category: 'Read', traits: [] } } } };
  expect(await remarks({ flows: [flow] })).toEqual([
    expect.stringMatching(/^\/policies\/p: flows go by what tools are, .* those of a, b:/),
  ]);
  expect(await remarks({ classes: { 'trait:destructive': {} } }, { a: judged })).toEqual([
    expect.stringMatching(/^\/policies\/p: classes go by .* those of b:/),
  ]);
  expect(await remarks({ flows: [flow] }, { a: judged, b: judged })).toEqual([]);
  expect(await remarks({ flows: [flow] }, undefined, { catalogue: '.' })).toEqual([]);
  expect(await remarks({ tools: { read: {} } })).toEqual([]);
});

test('a file that is broken is for the check to tell of', async () => {
  expect(await remarks({ flows: 'none' })).toEqual([]);
  expect(await remarks({ pinning: 'enforce' }, { a: 'none' })).toEqual([]);
});
