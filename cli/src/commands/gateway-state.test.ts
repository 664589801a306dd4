import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteState } from '@toolwarden/gateway/operator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCaptured } from '../../fixtures/run-captured.ts';
import { loaders } from '../loaders.ts';
import { runCli } from '../run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolwarden-cli-'));
  writeFileSync(join(folder, 'p.json'), '{"version":"1","default":"deny","tools":{"a":{}}}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  runCaptured(args, { cwd: folder, env: { TOOLWARDEN_STATE: join(folder, 'state') } });

const create = (...more: string[]) =>
  run('grants', 'create', '--server', 's', '--policy', 'p.json', '--label', 'my editor', ...more);

/** Asks for an approval, as a gateway does. */
function askFor(args: Record<string, string>, at = Date.now()) {
  const state = openSqliteState({ folder: join(folder, 'state') });
  const recorded = state.record(
    {
      ...{ callId: `c-${Math.random()}`, method: 'tools/call', server: 's', tool: 'pay' },
      ...{ grant: 'local', at, isObserved: false },
      ...{ arguments: args, argumentsText: JSON.stringify(args) },
    },
    ({ isApproved }) => ({
      ...{ effect: isApproved ? 'allow' : 'approve', rules: ['/tools/pay/action'], counters: [] },
      ...{ reason: 'it spends money', policyDigest: `sha256:${'0'.repeat(64)}` },
    }),
  );
  state.close();
  if (recorded instanceof Promise) throw new Error('not with process durability');
  return recorded;
}

test('a grant is made, listed without its token, rotated and revoked', async () => {
  const made = await create('--expires', '90d');
  expect(made).toMatchObject({ code: 0, out: [expect.stringMatching(/^twg_[\w-]{43}$/)] });
  const [token = ''] = made.out;
  const listed = await run('grants', 'list', '--json');
  const { id, label, policy } = JSON.parse(listed.out[0] ?? '');
  expect([label, policy]).toEqual(['my editor', join(folder, 'p.json')]);
  expect((await run('grants', 'list')).out.join('\n')).toMatch(/until \d{4}-/);
  const rotated = await run('grants', 'rotate', id);
  expect(rotated.out[0]).not.toBe(token);
  expect((await run('grants', 'revoke', id)).out).toEqual([`grant ${id} is revoked`]);
  expect(await run('grants', 'rotate', id)).toMatchObject({ code: 2, out: [] });
  const everything = readFileSync(join(folder, 'state', 'toolwarden.db'), 'latin1');
  for (const secret of [token, rotated.out[0] ?? '']) expect(everything).not.toContain(secret);
});

test('a grant for a gateway names servers and a policy as its configuration does, and lies in its state', async () => {
  const config = {
    servers: { s: { url: 'https://a.example' }, t: { url: 'https://b.example' } },
    ...{ policies: { reading: 'p.json' }, state: { sqlite: 'own/toolwarden.db' } },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config));
  const grants = (...args: string[]) => run('grants', ...args, '--config', 'gateway.json');
  const made = (server: string, policy: string) =>
    grants('create', '--server', server, '--policy', policy, '--label', 'x');
  expect(await made('u', 'reading')).toMatchObject({
    code: 2,
    err: [expect.stringMatching(/has s, t/)],
  });
  expect(await made('s', 'p.json')).toMatchObject({
    code: 2,
    err: [expect.stringMatching(/has reading/)],
  });
  expect(await made('s', 'reading')).toMatchObject({ code: 0 });
  expect(await made('*', 'reading')).toMatchObject({ code: 0 });
  const listed = (await grants('list', '--json')).out.map((line) => JSON.parse(line));
  expect(listed.map(({ servers, policy }) => [servers, policy]).sort()).toEqual([
    [['*'], 'reading'],
    [['s'], 'reading'],
  ]);
  expect(existsSync(join(folder, 'own/toolwarden.db'))).toBe(true);
  expect(existsSync(join(folder, 'state'))).toBe(false);
  // The gateway does not look there, so neither does who names its configuration.
  const env = { TOOLWARDEN_REDIS: 'redis://127.0.0.1:1' };
  const elsewhere = await runCaptured(['grants', 'list', '--config', 'gateway.json', '--json'], {
    cwd: folder,
    env,
  });
  expect(elsewhere).toMatchObject({ code: 0, err: [] });
  expect(elsewhere.out).toHaveLength(2);
});

test.for([
  [['grants', 'create', '--server', 's'], /expected --server, --policy and --label/],
  [
    ['grants', 'create', '--server', 'a,b', '--policy', 'p.json', '--label', 'x'],
    /--server "a,b": expected the name of one server; give --server once for each/,
  ],
  [
    ['grants', 'create', '--server', '', '--policy', 'p.json', '--label', 'x'],
    /--server "": expected the name of one server/,
  ],
  [['grants', 'list'], /no state there; name its folder with --state/],
  [['grants', 'revoke'], /revoke: expected one ID/],
  [['approvals', 'approve', 'x'], /no state there/],
  [['approvals', 'accept'], /expected list, show, approve, deny, serve or login/],
  [['audit', 'verify'], /no state there/],
  [['audit', 'verify', 'gone.jsonl'], /gone.jsonl: cannot be read/],
  [['audit', 'frob'], /expected tail, top, shadow, export/],
  [['audit', 'archive', '--before', 'soon', '--out', 'x'], /--before soon: expected 12h/],
] as const)('%j is one line and exit code 2', async ([args, pattern]) => {
  const { code, out, err } = await run(...args);
  expect([code, out, err.length]).toEqual([2, [], 1]);
  expect(err[0]).toMatch(pattern);
});

test('a grant with a policy that is none, or a time that has passed, is not made', async () => {
  writeFileSync(join(folder, 'p.json'), '{"version":"1","defualt":"deny"}');
  expect((await create()).err[0]).toMatch(/p\.json:1:\d+: .*; see toolwarden policy check/);
  writeFileSync(join(folder, 'p.json'), '{"version":"1","default":"deny"}');
  expect((await create('--expires', '2001-01-01')).err[0]).toMatch(/expected 12h, 90d or a date/);
});

test('C16: no server is started but by the command that stands after --, and none to look at a configuration', async () => {
  const mark = join(folder, 'started');
  const command = { command: process.execPath, args: ['-e', `fs.writeFileSync('${mark}', '')`] };
  const config = {
    servers: { s: command },
    policies: { p: 'p.json' },
    state: { sqlite: 's/x.db' },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config));
  for (const args of [
    ['wrap', '--policy', 'p.json'],
    ['wrap', '--policy', 'p.json', '--', ''],
    ['wrap', '--policy', 'p.json', ...[command.command, ...command.args]],
    ['pins', 'accept'],
    ['pins', 'accept', ...[command.command, ...command.args]],
  ])
    expect([args, (await run(...args)).code]).toEqual([args, 2]);
  for (const args of [
    ['gateway', '--check'],
    ['grants', 'list'],
    ['approvals', 'list'],
  ])
    await run(...args, '--config', 'gateway.json');
  expect(existsSync(mark)).toBe(false);
});

test('with grants wrap wants one, for that server and with its policy', async () => {
  const [token = ''] = (await create()).out;
  writeFileSync(join(folder, 'lax.json'), '{"version":"1","default":"allow"}');
  const wrap = async (...args: string[]) => (await run('wrap', ...args, '--', 'true')).err[0];
  const strict = ['--policy', join(folder, 'p.json')];
  expect(await wrap(...strict, '--server', 's')).toMatch(/grants are configured/);
  const mine = ['--server', 's', '--grant', token];
  expect(await wrap(...mine, '--policy', join(folder, 'lax.json'))).toMatch(
    /is for the policy .*p\.json/,
  );
  expect(await wrap(...strict, '--server', 'other', '--grant', token)).toMatch(/not for "other"/);
  expect(await wrap(...strict, '--server', 's', '--grant', `${token}x`)).toMatch(
    /unknown, revoked/,
  );
});

test('an approval is shown whole with nothing hidden, answered once, and then forgets its arguments', async () => {
  const args = { to: 'bob\u202Ecilam\u001b[2K', note: 'a\nb'.repeat(200) };
  const { approvalId: id = '' } = askFor(args);
  expect((await run('approvals', 'list')).out.join('\n')).toContain(id);
  const shown = (await run('approvals', 'show', id)).out.join('\n');
  expect(shown).toContain('bob\\u{202e}cilam\\u001b[2K');
  expect(shown).toContain('a\\nb'.repeat(200));
  expect(await run('approvals', 'approve', id)).toMatchObject({ code: 0 });
  expect(await run('approvals', 'deny', id)).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/is approved; only a pending call can be answered/)],
  });
  expect(askFor({ ...args, to: 'eve' }).decision.effect).toBe('approve');
  expect(askFor(args).decision.effect).toBe('allow');
  expect(askFor(args).decision.effect).toBe('approve');
  expect((await run('approvals', 'show', id)).out.join('\n')).not.toContain('cilam');
});

test('approvals and audit find the state of a gateway by its configuration', async () => {
  const document = {
    servers: { s: { url: 'https://a.example' } },
    ...{ policies: { p: 'p.json' }, state: { sqlite: 'state/toolwarden.db' } },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(document));
  const { approvalId: id = '' } = askFor({ amount: '5' });
  const named = (...args: string[]) =>
    runCaptured([...args, '--config', 'gateway.json'], {
      cwd: folder,
      env: { TOOLWARDEN_STATE: join(folder, 'elsewhere') },
    });
  expect((await named('approvals', 'list')).out.join('\n')).toMatch(
    new RegExp(`${id}.* tool +pay `),
  );
  expect(await named('approvals', 'login')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'state', 'keys'))).toBe(true);
  expect(await named('approvals', 'deny', id)).toMatchObject({ code: 0 });
  expect((await named('audit', 'tail')).out.join('\n')).toContain('approve  pay');
  expect(await named('audit', 'verify')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  for (const act of [
    ['approvals', 'list'],
    ['audit', 'tail'],
  ]) {
    const both = await named(...act, '--state', 'state');
    expect(both).toMatchObject({ code: 2, err: [expect.stringMatching(/leave out --state/)] });
  }
});

test('who looks after the state of a gateway needs no secrets of its servers, only those of its state', async () => {
  const unset = `\${env:NOWHERE_SET}`;
  const servers = { s: { url: 'https://a.example', headers: { 'x-key': unset } } };
  const write = (state: object) =>
    writeFileSync(
      join(folder, 'gateway.json'),
      JSON.stringify({ servers, policies: { p: 'p.json' }, state }),
    );
  const { approvalId: id = '' } = askFor({ amount: '5' });
  const named = (...args: string[]) => run(...args, '--config', 'gateway.json');
  write({ sqlite: 'state/toolwarden.db' });
  expect(await named('approvals', 'deny', id)).toMatchObject({ code: 0 });
  expect(await named('audit', 'verify')).toMatchObject({ code: 0 });
  expect(await named('grants', 'list')).toMatchObject({ code: 0 });
  write({ redis: unset });
  const refused = await named('approvals', 'list');
  expect(refused).toMatchObject({ code: 2, err: [expect.stringContaining('/state/redis: ')] });
});

test('approvals serve says how to log in, and the token of just that command lets in', async () => {
  const stop = new AbortController();
  const err: string[] = [];
  const io = {
    ...{
      stdin: (async function* () {})(),
      out: () => {},
      err: (line: string) => void err.push(line),
    },
    ...{ env: {}, isTty: false, cwd: folder },
  };
  const serving = runCli(
    ['approvals', 'serve', '--port', '0', '--state', 'elsewhere'],
    ...([io, stop.signal, loaders] as const),
  );
  await expect.poll(() => err.length).toBe(1);
  const [, url = '', command = ''] =
    /^Approvals: (\S+) \(to log in: toolwarden (.*)\)$/.exec(err[0] ?? '') ?? [];
  const { out } = await runCaptured(command.split(' '), { cwd: folder, env: {} });
  const body = new URLSearchParams({ token: out[0] ?? '' });
  const entered = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' });
  expect(entered.status).toBe(303);
  stop.abort();
  expect(await serving).toBe(0);
});

test('an approval is shown with the time until which it holds, and not until when it was open', async () => {
  const MINUTE = 60_000;
  const { approvalId: id = '' } = askFor({ amount: '5' }, Date.now() - 10 * MINUTE);
  const [shown = ''] = (await run('approvals', 'approve', id)).out;
  const until = Date.parse(/until (.*)$/.exec(shown)?.[1] ?? '');
  expect(until).toBeGreaterThan(Date.now() + 10 * MINUTE);
});

test('audit verify finds a changed record, and names it', async () => {
  await create();
  expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
  const key = await run('audit', 'key');
  writeFileSync(join(folder, 'key.pem'), key.out.join('\n'));
  await run('audit', 'export', '--out', 'audit.jsonl');
  expect(await run('audit', 'export', '--out', 'audit.jsonl')).toMatchObject({ code: 2 });
  const elsewhere = ['--checkpoints', 'state/checkpoints.jsonl', '--key', 'key.pem'];
  expect(await run('audit', 'verify', 'audit.jsonl', ...elsewhere)).toMatchObject({ code: 0 });
  const text = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
  writeFileSync(join(folder, 'audit.jsonl'), text.replace('my editor', 'My editor'));
  const { code, out } = await run('audit', 'verify', 'audit.jsonl', ...elsewhere);
  expect([code, out[0]]).toEqual([
    1,
    expect.stringMatching(/audit\.jsonl:2 record 2: its text is not/),
  ]);
  writeFileSync(join(folder, 'audit.jsonl'), text.split('\n').slice(0, 1).join('\n'));
  expect((await run('audit', 'verify', 'audit.jsonl', ...elsewhere)).out[0]).toMatch(/cut off/);
});

test('audit tail and top say what was decided, and archive moves what is old', async () => {
  askFor({ n: 'one' });
  askFor({ n: 'two' });
  const { out } = await run('audit', 'tail', '-n', '100');
  expect(out.filter((line) => line.includes('decision  approve  pay'))).toHaveLength(2);
  expect((await run('audit', 'top')).out.at(-1)).toMatch(/^2 .* s pay$/);
  expect(
    (await run('audit', 'top', '--by', 'rule', '--json')).out.map((line) => JSON.parse(line)),
  ).toEqual([{ name: '/tools/pay/action', allow: 0, approve: 2, deny: 0, total: 2 }]);
  mkdirSync(join(folder, 'old'));
  expect((await run('audit', 'archive', '--before', '1d', '--out', 'old/a')).out).toEqual([
    'nothing to archive',
  ]);
});

test('new keys are made on request, and the old checkpoints still verify', async () => {
  await create();
  expect((await run('audit', 'rotate-keys')).out[0]).toMatch(/^new keys: /);
  await create();
  expect((await run('audit', 'verify')).out).toEqual([
    expect.stringMatching(/ 3 checkpoints, 0 problems$/),
  ]);
});

test('wrap says which header cannot be sent, and not what is in it', async () => {
  const url = ['--url', 'http://127.0.0.1:9/mcp'];
  const { err, code } = await run('wrap', '--policy', 'p.json', ...url, '--header', 'X-A:b\u201dc');
  expect(err).toEqual(['toolwarden wrap: --header X-A: a character that no header may have']);
  expect(code).toBe(2);
});

test('what a staged policy would change is said with tools, rules and counts', async () => {
  const state = openSqliteState({ folder: join(folder, 'state') });
  const shadow = {
    policy: `sha256:${'1'.repeat(64)}`,
    effect: 'deny',
    rules: ['/tools/a'],
  } as const;
  for (const tool of ['a\u001b[2J', 'a\u001b[2J', 'b']) {
    state.record(
      {
        ...{ callId: `c-${Math.random()}`, method: 'tools/call', server: 's', tool },
        ...{ grant: 'local', at: Date.now(), isObserved: false },
        ...{ arguments: {}, argumentsText: '{}' },
      },
      () => ({
        ...{ effect: 'allow', rules: [], reason: '', counters: [] },
        policyDigest: `sha256:${'0'.repeat(64)}`,
        shadow: tool === 'b' ? { ...shadow, effect: 'allow' } : shadow,
      }),
    );
  }
  state.close();
  const { out, code } = await run('audit', 'shadow');
  expect(code).toBe(0);
  expect(out[0]).toMatch(
    /^staged sha256:1+: 3 calls judged until .*, 2 would be decided otherwise$/,
  );
  expect(out.at(-1)).toMatch(/^2 +allow → deny +s a\\u\{1b\}\[2J +- +\/tools\/a$/);
  const [line = ''] = (await run('audit', 'shadow', '--json')).out;
  expect(JSON.parse(line)).toMatchObject({ judged: 3, changed: 2, changes: [{ count: 2 }] });
  expect((await run('audit', 'tail')).out.join('\n')).toContain('staged=deny');
});
