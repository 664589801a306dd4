import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRedisState } from '@toolwarden/gateway/redis';
import { startRedis, type TestRedis, testNeeding } from '@toolwarden/gateway/redis-testkit';
import { afterEach, beforeEach, expect } from 'vitest';
import { runCaptured } from '../../fixtures/run-captured.ts';

const test = await testNeeding('redis-server');

let folder: string;
let redis: TestRedis;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolwarden-cli-'));
  writeFileSync(join(folder, 'p.json'), '{"version":"1","default":"deny","tools":{"a":{}}}');
  redis = await startRedis();
});
afterEach(async () => {
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runCaptured(args, { cwd: folder, env: { TOOLWARDEN_STATE: join(folder, 'state') } });

/** The state as a gateway on another machine opens it. */
const elsewhere = () =>
  openRedisState({ folder: join(folder, 'elsewhere'), redis: { url: redis.url } });

test('a grant made with --redis lets in at every gateway that shares it, until it is revoked', async () => {
  const made = await run(
    ...['grants', 'create', '--server', 's', '--policy', 'p.json', '--label', 'ci'],
    ...['--redis', redis.url],
  );
  expect(made).toMatchObject({ code: 0, out: [expect.stringMatching(/^twg_/)] });
  const state = await elsewhere();
  const grant = await state.findGrant(made.out[0] ?? '', Date.now());
  expect(grant).toMatchObject({ label: 'ci', servers: ['s'] });
  const revoked = await run('grants', 'revoke', grant?.id ?? '', '--redis', redis.url);
  expect(revoked.code).toBe(0);
  expect(await state.findGrant(made.out[0] ?? '', Date.now())).toBeUndefined();
  await state.close();
});

test('what one gateway asks is answered with --redis, once', async () => {
  const state = await elsewhere();
  const ask = async () =>
    state.record(
      {
        ...{ callId: `c-${Math.random()}`, method: 'tools/call', server: 's', tool: 'pay' },
        ...{ grant: 'local', at: Date.now(), isObserved: false },
        ...{ arguments: { amount: 5 }, argumentsText: '{"amount":5}' },
      },
      ({ isApproved }) => ({
        ...{ effect: isApproved ? 'allow' : 'approve', rules: ['/tools/pay/action'], counters: [] },
        ...{ reason: 'it spends money', policyDigest: `sha256:${'0'.repeat(64)}` },
      }),
    );
  const { approvalId = '' } = await ask();
  const shown = await run('approvals', 'show', approvalId, '--redis', redis.url);
  expect(shown.out.join('\n')).toContain('"amount": 5');
  expect((await run('approvals', 'approve', approvalId, '--redis', redis.url)).code).toBe(0);
  expect((await run('approvals', 'deny', approvalId, '--redis', redis.url)).code).toBe(1);
  expect((await ask()).decision.effect).toBe('allow');
  expect((await ask()).decision.effect).toBe('approve');
  await state.close();
});

test('a Redis that does not answer is said in one line', async () => {
  await redis.kill();
  expect(await run('grants', 'list', '--redis', redis.url)).toMatchObject({
    code: 2,
    out: [],
    err: [expect.stringMatching(/Redis at redis:\/\/127\.0\.0\.1:\d+: it does not answer/)],
  });
});
