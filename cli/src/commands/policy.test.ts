import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerRecord, type ToolDefinition, toolDigest } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPolicy } from '../../fixtures/run-policy.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'policy-command-'));
  await fillCatalogue();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const definition: ToolDefinition = {
  name: 'send_note',
  description: 'Sends a note.',
  inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
};

async function fillCatalogue(): Promise<void> {
  const store = openStore(join(dir, 'data'));
  const record: ServerRecord = {
    id: 'npm:notes',
    version: '1.0.0',
    outcome: 'complete',
    configurations: [{ name: 'default', args: [], env: [] }],
    tools: [{ definition, digest: toolDigest(definition), configurations: ['default'] }],
  };
  await store.writeServer(record);
}

const run = (line: string, files?: Record<string, unknown>, stdin?: string) =>
  runPolicy(dir, line, files, stdin);

const policy = (fields: object) => ({ version: '1', default: 'deny', ...fields });
const limited = policy({ tools: { t: { limits: [{ counter: 'c', window: 'minute', max: 2 }] } } });

test.for(['check', 'decide', 'diff', 'explain', 'learn', 'merge', 'recommend', 'simulate', 'test'])(
  '%s explains itself, with an example',
  async (name) => {
    const { code, out } = await run(`${name} --help`);
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(
      new RegExp(`^toolwarden policy ${name} [^]*Example:\n  .*toolwarden policy ${name}`),
    );
  },
);

test.for([
  ['', 2, /^$/],
  ['chekc p.json', 2, /no command "chekc"; expected one of check, decide/],
  ['check', 2, /policy check: no file named/],
  ['check --jsn p.json', 2, /policy check: Unknown option '--jsn'/],
  ['check nowhere.json', 2, /policy: nowhere.json: there is no such file/],
  [
    'decide --policy p.json',
    2,
    /policy decide: --call FILE is missing; see toolwarden policy decide --help/,
  ],
  ['recommend --server notes', 2, /"notes" is no server id/],
  ['recommend --server npm:other', 2, /data holds no server npm:other; crawl it first/],
  [
    'recommend --server npm:notes --profile lax',
    2,
    /--profile lax: expected strict, recommended, permissive/,
  ],
  ['recommend --server npm:notes --tool nope', 2, /npm:notes lists no tool "nope"/],
  ['diff a.json', 2, /expected two files/],
] as const)('"%s" ends with one line that says what to do', async ([line, expected, message]) => {
  const { code, err } = await run(line);
  expect(code).toBe(expected);
  expect(err.join('\n')).toMatch(message);
  expect(err.length).toBeLessThanOrEqual(1);
});

test('check is silent about nothing, and exits 0', async () => {
  const { code, out } = await run('check p.json', { 'p.json': limited });
  expect({ code, out }).toEqual({ code: 0, out: ['p.json: no findings'] });
});

test('check exits 0 for warnings, 1 for errors, 2 for what is not JSON', async () => {
  const files = {
    'warn.json': policy({ tools: { t: { reason: 'x' } } }),
    'bad.json': '{\n  "version": "1",\n  "default": "dny"\n}',
    'none.json': '{ "version": ',
  };
  expect((await run('check warn.json', files)).code).toBe(0);
  const bad = await run('check bad.json');
  expect(bad.code).toBe(1);
  expect(bad.out).toEqual([
    'bad.json:3:3: error: expected one of "deny", "allow", found "dny"; did you mean "deny"? [invalid-value] (/default)',
  ]);
  expect((await run('check none.json bad.json')).code).toBe(2);
});

test('check --json prints one object a finding and nothing else', async () => {
  const { out } = await run('check bad.json --json', {
    'bad.json': '{"version":"1","default":"deny","hid":[]}',
  });
  expect(out.map((line) => JSON.parse(line))).toEqual([
    {
      file: 'bad.json',
      line: 1,
      column: 33,
      pointer: '/hid',
      severity: 'error',
      code: 'unknown-key',
      message: 'unknown key "hid"; did you mean "hide"?',
    },
  ]);
  expect((await run('check p.json --json', { 'p.json': limited })).out).toEqual([]);
});

test('check finds a pattern that only the engine knows to refuse', async () => {
  const rule = { require: [{ path: 'args.x', op: 'matches', value: '(unclosed' }] };
  const { code, out } = await run('check p.json', { 'p.json': policy({ tools: { t: rule } }) });
  expect(code).toBe(1);
  expect(out[0]).toContain('[pattern-refused] (/tools/t/require/0/value)');
});

test('check --canonical prints one form for both spellings', async () => {
  const short = policy({
    tools: { t: { action: 'deny', reason: 'no' }, u: { rate_limit: { max: 3, window: 60 } } },
  });
  const long = policy({
    tools: {
      u: { limits: [{ max: 3, window: '60s', scope: 'grant' }] },
      t: { deny_if: [{ conditions: [], on_deny: 'no' }] },
    },
  });
  const { out } = await run('check a.json b.json --canonical', { 'a.json': short, 'b.json': long });
  expect(out).toHaveLength(2);
  expect(out[0]).toBe(out[1]);
});

test('check reads stdin, and passes over a byte order mark', async () => {
  const { code, out } = await run('check -', {}, `\uFEFF${JSON.stringify(limited)}`);
  expect({ code, out }).toEqual({ code: 0, out: ['-: no findings'] });
});

test('check --server compares with what the server lists', async () => {
  const { out } = await run('check p.json --server npm:notes', {
    'p.json': policy({ tools: { send_notes: {} } }),
  });
  expect(out[0]).toContain('this server lists no tool "send_notes"; did you mean "send_note"?');
});

test('decide runs calls in order, one decision a line, with counters', async () => {
  const call = { server: 's', tool: 't', arguments: {} };
  const calls = [0, 1000, '1970-01-01T00:00:02Z', 60_000].map((at) => ({ ...call, at }));
  const { code, out } = await run('decide --policy p.json --call c.json', {
    'p.json': limited,
    'c.json': calls,
  });
  expect(code).toBe(0);
  const decisions = out.map((line) => JSON.parse(line));
  expect(decisions.map(({ effect }) => effect)).toEqual(['allow', 'allow', 'deny', 'allow']);
  expect(decisions[2]).toEqual({
    effect: 'deny',
    rules: ['/tools/t/limits/0'],
    reason: 'at most 2 calls a minute',
    counters: [{ key: expect.any(String), charged: 0, used: 2, max: 2, windowMs: 60_000 }],
    policyDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
});

test('decide takes one call, also from stdin, and refuses one that is misspelt', async () => {
  const files = { 'p.json': limited };
  const one = await run(
    'decide --policy p.json --call -',
    files,
    '{"server":"s","tool":"u","arguments":{}}',
  );
  expect(JSON.parse(one.out[0] ?? '').rules).toEqual(['/default']);
  const bad = await run(
    'decide --policy p.json --call -',
    files,
    '[{"server":"s","tool":"u","argumnets":{}}]',
  );
  expect(bad).toEqual({
    code: 2,
    out: [],
    err: ['toolwarden policy: -: call 0: Unrecognized key: "argumnets"'],
  });
});

test('decide refuses to begin with a policy that is not valid, and says where', async () => {
  const { code, err } = await run('decide --policy p.json --call c.json', {
    'p.json': '{"version":"1",\n"defalt":"deny"}',
    'c.json': {},
  });
  expect(code).toBe(2);
  expect(err).toEqual([
    'toolwarden policy: p.json:1:1: "default" is missing; expected one of "deny", "allow"; see toolwarden policy check p.json',
  ]);
});

test('recommend prints a document that check accepts, and why on stderr', async () => {
  const { code, out, err } = await run('recommend --server npm:notes --tool send_note --why');
  expect(code).toBe(0);
  expect(JSON.parse(out.join('\n')).tools.send_note.action).toBe('deny');
  expect(err.join('\n')).toContain('/tools/send_note/action: Nobody has judged');
  const checked = await run('check r.json --server npm:notes', { 'r.json': out.join('\n') });
  expect(checked.out).toEqual(['r.json: no findings']);
});

test('explain says what each rule does, and what a decision means to whom', async () => {
  const { out } = await run('explain p.json', { 'p.json': limited });
  expect(out).toEqual([
    'default: What nothing allows is refused.',
    'tools t: Allowed; at most 2 calls a minute.',
  ]);
  const call = { server: 's', tool: 'other', arguments: {} };
  const told = await run('explain p.json --call c.json', { 'c.json': call });
  expect(told.out[0]).toContain('Denied: other on s, by /default: no rule allows this tool.');
  expect(told.out[0]).toContain('to the agent: This tool is not available here.');
});

test('merge adds a tool, names what it could not grant, and exits 1 for it', async () => {
  const files = {
    'base.json': policy({ tools: { a: { limits: [{ counter: 'c', window: 'hour', max: 5 }] } } }),
    'b.json': policy({ tools: { b: {} } }),
    'a.json': policy({ tools: { a: { limits: [{ counter: 'c', window: 'hour', max: 9 }] } } }),
  };
  const added = await run('merge base.json b.json', files);
  expect(added.code).toBe(0);
  expect(Object.keys(JSON.parse(added.out[0] ?? '').tools)).toEqual(['a', 'b']);
  const clash = await run('merge base.json a.json');
  expect(clash.code).toBe(1);
  expect(clash.err).toEqual(['a.json: /tools/a/limits/0: one says 5, the other 9; 5 holds']);
  expect(JSON.parse(clash.out[0] ?? '').tools.a.limits[0].max).toBe(5);
});

test('diff says what a plain call of each tool would meet', async () => {
  const files = { 'old.json': policy({}), 'new.json': policy({ tools: { 'send_*': {} } }) };
  const { code, out } = await run('diff old.json new.json --server npm:notes', files);
  expect(code).toBe(1);
  expect(out).toEqual(['send_note: refused → allowed (a rule allows this tool)']);
  expect(await run('diff old.json old.json --server npm:notes')).toMatchObject({
    code: 0,
    out: ['nothing changes'],
  });
});

test('simulate counts what would have come out otherwise, and what cannot be known', async () => {
  const lines = [
    { at: 0, server: 's', tool: 't', arguments: {}, effect: 'allow' },
    { at: 1, server: 's', tool: 'u', arguments: {}, effect: 'allow' },
    { at: 2, server: 's', tool: 'q', fields: { 'args.a': 1 }, effect: 'allow' },
  ];
  const files = {
    'p.json': policy({
      tools: { t: {}, q: { require: [{ path: 'args.b', op: 'eq', value: 1 }] } },
    }),
    'audit.jsonl': lines.map((line) => JSON.stringify(line)).join('\n'),
  };
  const { code, out } = await run('simulate --policy p.json --recording audit.jsonl --json', files);
  expect(code).toBe(1);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({
    total: 3,
    same: 1,
    uncertain: 1,
    changes: [{ tool: 'u', from: 'allow', to: 'deny', rules: ['/default'], count: 1 }],
  });
});

test('test runs a file beside its policy, and shows what came out instead', async () => {
  const tests = [
    {
      name: 'twice a minute',
      calls: [0, 1, 2].map((at) => ({ tool: 't', at, expect: at < 2 ? 'allow' : 'deny' })),
    },
    { name: 'wrong', calls: [{ tool: 'u', expect: { effect: 'allow' } }] },
  ];
  const { code, out } = await run('test p.policy-test.json', {
    'p.json': limited,
    'p.policy-test.json': { tests },
  });
  expect(code).toBe(1);
  expect(out).toEqual([
    'p.policy-test.json: wrong: call 0 (u): expected allow, found deny by /default: no rule allows this tool',
    '1 passed, 1 failed',
  ]);
  expect(JSON.parse(await readFile(join(dir, 'p.json'), 'utf8'))).toEqual(limited);
});

test('no text of a policy, a test or a recording reaches the terminal as more than one plain line', async () => {
  const evil = '\u001b[31m\n\u009b\u202eok';
  const files = {
    'evil.json': policy({ tools: { [evil]: { actoin: 'deny' } } }),
    'named.json': policy({ tools: { [evil]: { reason: evil, action: 'deny' } } }),
    'plain.json': policy({ default: 'allow' }),
    'evil.policy-test.json': {
      policy: 'named.json',
      tests: [{ name: evil, calls: [{ tool: evil, expect: 'allow' }] }],
    },
    'call.json': { server: evil, tool: evil },
    'evil.jsonl': JSON.stringify({
      server: 's',
      tool: evil,
      effect: 'allow',
      at: 0,
      arguments: {},
    }),
    'broken.json': `{"a": ${evil}}`,
  };
  const lines = [];
  for (const line of [
    'check evil.json',
    'check broken.json',
    'explain named.json',
    'explain named.json --call call.json',
    'test evil.policy-test.json',
    'simulate --policy named.json --recording evil.jsonl',
    'simulate --policy plain.json --recording broken.json',
    'decide --policy broken.json --call call.json',
    'merge named.json evil.json',
  ]) {
    const { out, err } = await run(line, files);
    expect([...out, ...err].length, line).toBeGreaterThan(0);
    // `explain` writes what the person and what the agent reads as two lines at once.
    lines.push(...[...out, ...err].flatMap((text) => text.split('\n  to the agent: ')));
  }
  expect(lines.filter((text) => /\p{Cc}|\p{Cf}/u.test(text))).toEqual([]);
});

test('what cannot be read is said in one line: a folder, and what never ends', async () => {
  expect(await run('check .')).toMatchObject({
    code: 2,
    err: ['toolwarden policy: .: a folder; expected a file'],
  });
  expect(await run('check /dev/zero')).toMatchObject({
    code: 2,
    err: ['toolwarden policy: /dev/zero: more than 64 MiB'],
  });
});
