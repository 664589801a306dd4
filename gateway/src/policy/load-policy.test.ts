import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPolicy } from './load-policy.ts';
import { type PolicyEvent, watchPolicy } from './watch-policy.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolwarden-policy-'));
  path = join(folder, 'policy.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const good = `{
  "version": "1",
  "default": "deny",
  "hide": ["admin_*"],
  "tools": {
    "pay": { "limits": [{ "max": 5, "window": "hour" }], "deny_if": [{ "conditions": [] }] },
    "read": { "require": [{ "path": "args.path", "op": "within", "value": ["/srv"] }] }
  }
}`;
const without = (what: string) => good.replace(what, '');
const misspelt = [
  'version',
  'default',
  'hide',
  'tools',
  'limits',
  'max',
  'window',
  'deny_if',
  'conditions',
  'require',
  'path',
  'op',
];
const mutations: string[] = [
  ...[
    '',
    ' ',
    '\n',
    'null',
    'true',
    '1',
    '"x"',
    '[]',
    '{}',
    '{',
    '}',
    'version: 1',
    '\0',
    '\uFEFF',
  ],
  ...[10, 40, 80, 120, 160, 200, 240, good.length - 1].map((end) => good.slice(0, end)),
  ...misspelt.map((key) => good.replace(`"${key}"`, `"${key}x"`)),
  good.replace('"path"', '"pathx"').replace('args.path', 'arg.path'),
  ...['"version": "1",', '"default": "deny",', '"max": 5,', '"op": "within",'].map(without),
  good.replace('"1"', '"2"'),
  good.replace('"deny"', '"Deny"'),
  good.replace('"within"', '"inside"'),
  good.replace('"hour"', '"fortnight"'),
  good.replace('5', '-5'),
  good.replace('5', '"5"'),
  good.replace('5', '1e400'),
  good.replace('"hide": [', '"hide": ["a", 1, '),
  good.replace('"pay": {', '"pay": {}, "pay": {'),
  good.replace('"pay": {', '"__proto__": {'),
  good.replace('"pay": {', '"pay": [{').replace('] },', '] }],'),
  `${good}{}`,
  good.replace('["/srv"] }', '["/srv"] }, { "path": "args.a", "op": "regex", "value": "(?=a)" }'),
  good.replace('"require"', '"response": { "max_bytes": -5 }, "require"'),
];

test('P1: of fifty and more broken policies none is loaded, and each names its file', async () => {
  expect(new Set(mutations).size).toBeGreaterThanOrEqual(50);
  for (const mutation of mutations) {
    writeFileSync(path, mutation);
    const outcome = await loadPolicy(path).then(
      () => `loaded: ${mutation}`,
      ({ name, message }: Error) => `${name}: ${message}`,
    );
    expect(outcome).toMatch(/^GatewayError: /);
    expect(outcome).not.toContain('\n');
  }
  writeFileSync(path, good);
  expect((await loadPolicy(path)).document.default).toBe('deny');
});

test('P1: says where: file, line and column', async () => {
  writeFileSync(path, good.replace('"limits"', '"limts"'));
  await expect(loadPolicy(path)).rejects.toThrow(`${path}:6:14: `);
  await expect(loadPolicy(join(folder, 'none.json'))).rejects.toThrow('there is no such file');
});

test('P2: a broken, half-written or vanished file keeps the last good policy, and says so', async () => {
  writeFileSync(path, good);
  const events: PolicyEvent[] = [];
  const watch = await watchPolicy(path, (event) => events.push(event));
  const first = watch.current.digest;
  for (const broken of ['', good.slice(0, 99), good.replace('"limits"', '"limts"'), '[]']) {
    writeFileSync(path, broken);
    await watch.check();
    expect(watch.current.digest).toBe(first);
  }
  rmSync(path);
  await watch.check();
  expect(watch.current.digest).toBe(first);
  expect(events.map(({ kind }) => kind)).toEqual(Array(5).fill('rejected'));
  const next = join(folder, 'next.json');
  writeFileSync(next, good.replace('5', '6'));
  renameSync(next, path);
  await watch.check();
  expect(watch.current.digest).not.toBe(first);
  expect(events.at(-1)?.kind).toBe('loaded');
  watch.close();
});
