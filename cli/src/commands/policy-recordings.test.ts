// What a gateway recorded, learned from and replayed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPolicy } from '../../fixtures/run-policy.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'policy-recordings-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const run = (line: string, files?: Record<string, unknown>) => runPolicy(dir, line, files);

const policy = (fields: object) => ({ version: '1', default: 'deny', ...fields });
const limited = policy({ tools: { t: { limits: [{ counter: 'c', window: 'minute', max: 2 }] } } });

/** A line as `audit export` prints it: arguments as a keyed hash, and the fields that the settings name. */
const exported = (fields: object | undefined, at: number) =>
  JSON.stringify({
    ...{
      chain: 'c',
      seq: at,
      kind: 'decision',
      at,
      method: 'tools/call',
      server: 'notes',
      tool: 't',
    },
    ...{ grant: 'local', arguments: 'f00d', fields, effect: 'deny', observed: true },
  });
const others = [
  JSON.stringify({ chain: 'c', seq: 0, kind: 'opened', at: 0 }),
  JSON.stringify({
    kind: 'decision',
    method: 'resources/read',
    server: 'notes',
    ...{ tool: 'file:///x', at: 0, effect: 'deny' },
  }),
  JSON.stringify({ kind: 'outcome', call: 'x', outcome: 'answered' }),
];

test('an audit export is replayed as it is: hashes are no arguments, and other records are passed over', async () => {
  const recording = [...others, exported({ args: { a: 1 } }, 1), exported(undefined, 2)].join('\n');
  const asks = policy({ tools: { t: { require: [{ path: 'args.a', op: 'eq', value: 1 }] } } });
  const { out } = await run('simulate --policy p.json --recording r.jsonl --json', {
    'p.json': asks,
    'r.jsonl': recording,
  });
  expect(JSON.parse(out[0] ?? '')).toMatchObject({ total: 2, uncertain: 1, same: 0 });
});

test('a learned policy is shown as a difference, written only when accepted, and then there is nothing to change', async () => {
  const lines = Array.from({ length: 6 }, (_, at) => exported({ args: { kind: 'a' } }, at));
  const files = { 'r.jsonl': [...others, ...lines].join('\n'), 'old.json': limited };
  const line = 'learn --recording r.jsonl --policy old.json';
  const shown = await run(line, files);
  expect(shown.code).toBe(1);
  expect(shown.out).toContain('+          "path": "args.kind",');
  expect(JSON.parse(await readFile(join(dir, 'old.json'), 'utf8'))).toEqual(limited);
  expect((await run(`${line} --accept`)).code).toBe(0);
  expect(await run(line)).toMatchObject({ code: 0, out: [] });
  const { code } = await run('simulate --policy old.json --recording r.jsonl');
  expect(code).toBe(1);
});

test('what the gateway itself recorded is learned from and simulated', async () => {
  // As it comes from audit export, keys of ours among it.
  const recorded = (tool: string, fields: object) =>
    JSON.stringify({
      ...{ chain: 'c', seq: 1, prev: '0', kind: 'decision', at: 1_800_000_000_000, call: 'c-1' },
      ...{ method: 'tools/call', server: 's', tool, grant: 'local', session: 's1' },
      ...{ definition: `sha256:${'0'.repeat(64)}`, arguments: 'ab'.repeat(32), fields },
      ...{ effect: 'allow', rules: ['/tools/t'], reason: 'a rule allows this tool', counters: [] },
      ...{ policy: `sha256:${'1'.repeat(64)}`, hash: '2'.repeat(64) },
    });
  const files = {
    'r.jsonl': `${recorded('t', { args: { n: 1 } })}\n`,
    'p.json': '{"version":"1","default":"deny","tools":{"t":{}}}',
  };
  const learned = await run('learn --recording r.jsonl --json', files);
  expect(learned.err).toEqual([]);
  expect(JSON.parse(learned.out[0] ?? '')).toMatchObject({
    calls: 1,
    policy: { tools: { t: {} } },
  });
  const simulated = await run('simulate --policy p.json --recording r.jsonl', files);
  expect(simulated.out[0]).toContain('1 of 1 decisions come out the same');
});

test('what asked a person by a pattern, or when a server asked, is named as lost too', async () => {
  const recorded = (method: string, tool: string) =>
    JSON.stringify({ kind: 'decision', at: 1, server: 's', method, tool, effect: 'allow' });
  const recording = [recorded('tools/call', 'pay_bill'), recorded('sampling/createMessage', 's')];
  const asks = { action: 'approve' };
  const present = {
    ...{ version: '1', default: 'deny', tools: { 'pay_*': asks, 'send_*': asks } },
    ...{ sampling: asks, elicitation: asks },
  };
  const { err } = await run('learn --recording r.jsonl --policy p.json', {
    ...{ 'r.jsonl': recording.join('\n'), 'p.json': present },
  });
  const lost = err.find((line) => line.includes('not kept'));
  expect(lost).toMatch(/what pay_\* says .*, what sampling says /);
  expect(lost).not.toMatch(/send_|elicitation/);
});

test('one policy is learned over several servers, keeps what it is called, and says what of it is lost', async () => {
  const recorded = (server: string, method: string, tool: string) =>
    JSON.stringify({
      kind: 'decision',
      at: 1,
      server,
      method,
      tool,
      effect: 'allow',
      fields: { args: {} },
    });
  const recording = [
    ...[recorded('mail', 'tools/call', 'send'), recorded('notes', 'tools/call', 'read')],
    ...[recorded('notes', 'resources/read', 'x://a'), '{"kind":"outcome","at":2,"call":"c"}'],
  ];
  const present = {
    ...{ version: '1', name: 'office', default: 'deny', pinning: 'enforce' },
    ...{ tools: { send: { action: 'approve' }, read: {} }, hide: ['x'] },
  };
  const line = 'learn --recording r.jsonl --policy p.json --accept --server mail --server notes';
  const { code, err } = await run(line, { 'r.jsonl': recording.join('\n'), 'p.json': present });
  expect(code).toBe(0);
  expect(err.join('\n')).toMatch(
    /all 3 recorded.*\n.*not kept.*"hide", what send says of approval/,
  );
  const learned = JSON.parse(await readFile(join(dir, 'p.json'), 'utf8'));
  expect(learned).toMatchObject({ name: 'office', pinning: 'enforce' });
  expect([learned.tools, learned.resources].map(Object.keys)).toEqual([
    ['read', 'send'],
    ['x://a'],
  ]);
});

test('calls that were refused are not learned from, but those that were only observed are', async () => {
  const refused = JSON.stringify({
    server: 'notes',
    tool: 'delete',
    arguments: {},
    effect: 'deny',
  });
  const { out, err } = await run('learn --recording r.jsonl --json', {
    'r.jsonl': [exported({ args: {} }, 1), refused].join('\n'),
  });
  const { policy: learned, calls } = JSON.parse(out[0] ?? '');
  expect([Object.keys(learned.tools), calls]).toEqual([['t'], 1]);
  expect(err).toEqual(['not learned from 1 calls that were refused']);
  const none = await run('learn --recording r.jsonl', { 'r.jsonl': refused });
  expect(none).toMatchObject({
    code: 2,
    err: [
      'not learned from 1 calls that were refused',
      expect.stringContaining('every recorded call was refused'),
    ],
  });
});

test.for([
  ['learn', /--recording FILE is missing/],
  ['learn --recording r.jsonl --accept', /--accept needs --policy/],
  ['learn --recording r.jsonl --headroom 0', /expected a number from 1 to 1000/],
  ['learn --recording r.jsonl --server gone', /no call of gone; it holds calls of notes, other/],
  ['learn --recording r.jsonl', /holds calls of notes, other; choose one/],
  ['learn --recording empty.jsonl', /no recorded call/],
] as const)('%s is refused in one line', async ([line, message]) => {
  const other = exported({ args: {} }, 2).replace('"notes"', '"other"');
  const result = await run(line, {
    'r.jsonl': [exported({ args: {} }, 1), other].join('\n'),
    'empty.jsonl': others[0] ?? '',
  });
  expect(result.code).toBe(2);
  expect(result.err).toEqual([expect.stringMatching(message)]);
});

test.for(['learn', 'simulate --policy p.json'])(
  'a recorded call that is nested without end is named, by policy %s',
  async (act) => {
    const call = { kind: 'decision', at: 1, server: 's', tool: 't', effect: 'allow' };
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const text = `${JSON.stringify(call).slice(0, -1)},"fields":{"args":${deep}}}`;
    const files = { 'r.jsonl': text, 'p.json': { version: '1', default: 'deny' } };
    expect(await run(`${act} --recording r.jsonl`, files)).toMatchObject({
      ...{ code: 2, out: [] },
      err: [expect.stringMatching(/r\.jsonl:1: nested deeper than 100 levels$/)],
    });
  },
);
