import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAuditReader } from '../audit/audit-reader.ts';
import { auditShadow } from '../audit/audit-shadow.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startWrapped } from '../testing/wrapped.ts';

const ANSWERS = 'const onCall = (id) => answer(id);';
const options = ['--shadow', 'next.json'];
const stage = (folder: string, more: object) =>
  writeFileSync(
    join(folder, 'next.json'),
    JSON.stringify({ version: '1', default: 'allow', ...more }),
  );

test('a staged policy judges beside the one in force, is followed, and changes nothing when it breaks', async () => {
  const folder = temporaryFolder();
  stage(folder, { tools: { act: { action: 'deny' } } });
  const client = startWrapped(folder, ANSWERS, { options });
  await client.call({ n: 1 });
  stage(folder, { tools: { act: { action: 'approve' } } });
  await expect
    .poll(client.stderr, { timeout: 100_000 })
    .toContain('staged policy loaded again: sha256:');
  await client.call({ n: 2 });
  writeFileSync(join(folder, 'next.json'), '{');
  await expect.poll(client.stderr, { timeout: 100_000 }).toContain('staged policy before it stays');
  await client.call({ n: 3 });
  expect(client.reached()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  client.wrap.stdin.end();
  await client.exited;
  const reader = openAuditReader(join(folder, 'state'));
  const changes = auditShadow(reader, 0).flatMap((report) => report.changes);
  reader.close();
  expect(changes.map(({ shadow, count }) => [shadow, count])).toEqual([
    ['approve', 2],
    ['deny', 1],
  ]);
}, 300_000);

test('a staged policy that is none starts nothing, and the line says which file', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'next.json'), '{"version":"1"}');
  const client = startWrapped(folder, ANSWERS, { options });
  expect(await client.exited).toBe(2);
  expect(client.stderr()).toContain('next.json:1:');
});
