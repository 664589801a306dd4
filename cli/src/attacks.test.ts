import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runCaptured } from '../fixtures/run-captured.ts';

async function run(...args: string[]) {
  const cwd = resolve(import.meta.dirname, '../..');
  const ran = await runCaptured(['attacks', ...args], { cwd });
  return { ...ran, objects: () => ran.out.map((line) => JSON.parse(line)) };
}

test.for([
  ['CVE-2025-6514', 'cve-2025-6514-mcp-remote'],
  ['rug pull', 'rug-pull'],
  ['SAF-T1001', 'tool-poisoning'],
  ['SAFE-T1001', 'tool-poisoning'],
  ['lethal trifecta', 'lethal-trifecta'],
  ['prompt injection', 'indirect-prompt-injection'],
] as const)('a search for %s gives %s first', async ([query, id]) => {
  const { code, objects } = await run('list', '--search', query, '--json');
  expect([code, objects()[0].id]).toEqual([0, id]);
});

test('filters narrow the list down, and the table says how far', async () => {
  const all = await run('list', '--kind', 'technique', '--json');
  const some = await run('list', '--kind', 'technique', '--trait', 'financial', '--json');
  const ids = some.objects().map(({ id }) => id);
  expect(ids).toContain('fraudulent-transaction');
  expect(ids.length).toBeLessThan(all.out.length);
  const shown = await run('list', '--trait', 'financial', '--gateway', 'full');
  expect(shown.out.at(-1)).toMatch(/^\d+ of \d+ attacks$/);
  expect(shown.out[0]).toMatch(/^id +kind +date +gateway +title/);
});

test('a framework id finds what maps to it', async () => {
  const { objects } = await run('list', '--framework', 'CWE-918', '--json');
  expect(objects().map(({ id }) => id)).toContain('ssrf');
});

test('show prints an entry whole, and takes another of its names', async () => {
  const { code, out } = await run('show', 'safe-t1201');
  const text = out.join('\n');
  expect(code).toBe(0);
  expect(text).toMatch(/^Rug pull/);
  for (const part of [
    '## How it works',
    '## Controls',
    '## Identifiers',
    '## Sources',
    'gateway: full',
  ])
    expect(text).toContain(part);
});

test('show --json gives facts, text and links both ways as one object', async () => {
  const { objects } = await run('show', 'rug-pull', '--json');
  const [entry] = objects();
  expect(entry).toMatchObject({ id: 'rug-pull', kind: 'technique' });
  expect(entry.body).toContain('## Real cases');
  expect(entry.relatedFrom).toContain('whatsapp-mcp-exfiltration');
});

test.for([
  [['show', 'rug-pul'], /^toolwarden attacks: show: no attack "rug-pul"; did you mean rug-pull/],
  [['show'], /^toolwarden attacks: show: expected one ID/],
  [['frob'], /^toolwarden attacks: expected list, show or run/],
  [['list', '--trait', 'spooky'], /^toolwarden attacks: --trait spooky: expected one of bulk, /],
  [['list', '--year', 'last'], /^toolwarden attacks: --year last: expected a year/],
  [['list', 'rug'], /^toolwarden attacks: list takes no rug/],
] as const)('%j is one line on stderr and exit code 2', async ([args, pattern]) => {
  const { code, out, err } = await run(...args);
  expect([code, out, err.length]).toEqual([2, [], 1]);
  expect(err[0]).toMatch(pattern);
});
