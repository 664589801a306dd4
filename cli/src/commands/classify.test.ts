import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { toolDigest } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loaders } from '../loaders.ts';
import { runCli } from '../run-cli.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-classify-command-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const definition = { name: 'get_note', description: 'Get one note by its id' };
async function writeNotes(): Promise<void> {
  await openStore(join(dir, 'data')).writeServer({
    id: 'npm:notes',
    version: '1.0.0',
    outcome: 'complete',
    configurations: [],
    tools: [{ definition, digest: toolDigest(definition), configurations: ['default'] }],
  });
}

async function run(
  args: string[],
  {
    stdin = '',
    env = {},
    input = undefined as Readable | undefined,
    stop = new AbortController(),
  } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    stdin:
      input ??
      (async function* () {
        yield stdin;
      })(),
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    env,
    cwd: dir,
    isTty: false,
  };
  const code = await runCli(['classify', ...args], io, stop.signal, loaders);
  return { code, out, err };
}

/** A model that says of every tool that a call of it starts a job, and what it was asked with. */
async function withModel(
  work: (baseUrl: string, keys: (string | undefined)[]) => Promise<void>,
): Promise<void> {
  const keys: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    keys.push(request.headers.authorization);
    const [, id] = /id: ([0-9a-f]+)\\n/.exec(body) ?? [];
    const answer = {
      id,
      category: { value: 'Execute', quotes: ['Get one note'] },
      traits: [],
      rationale:
        'One call starts a job that the server defines, so it is an execution, not a read.',
    };
    const message = { role: 'assistant', content: JSON.stringify(answer) };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        choices: [{ finish_reason: 'stop', message }],
        usage: { prompt_tokens: 1000, completion_tokens: 100 },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, keys);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a model raises a stored answer, and the same run again asks nothing and changes nothing', async () => {
  await writeNotes();
  const args = ['--data', 'data', '--model', 'scripted'];
  await withModel(async (baseUrl, keys) => {
    const paid = ['--budget', '1', '--price-in', '1', '--price-out', '1'];
    const env = { OPENAI_API_KEY: 'other', TOOLWARDEN_MODEL_KEY: 'ours' };
    const first = await run([...args, '--base-url', baseUrl, ...paid], { env });
    expect(first).toMatchObject({ code: 0, out: ['1 tools of 1 servers; 1 servers judged anew'] });
    expect(first.err).toEqual(['classify: spent $0.0033 now, $0.0033 in all by this ledger']);
    // The first answer differs from the rules, so two more were asked.
    expect(keys).toEqual(Array(3).fill('Bearer ours'));
    const stored = await openStore(join(dir, 'data')).readClassifications('npm:notes');
    expect(stored?.tools[0]).toMatchObject({
      category: 'Execute',
      risk: 'High',
      confidence: 'low',
      provenance: { method: 'model+rules', model: 'scripted', samples: 3 },
    });
    expect(stored?.tools[0]?.review).toContain('rules-model-conflict');

    const again = await run([...args, '--base-url', baseUrl], { env });
    expect(again.out).toEqual(['1 tools of 1 servers; 0 servers judged anew']);
    const byRules = await run(['--data', 'data']);
    expect(byRules.out).toEqual(['1 tools of 1 servers; 0 servers judged anew']);
    expect(keys).toHaveLength(3);
  });
});

test('lines are judged with a model too, in order, and bad lines stay in their place', async () => {
  await withModel(async (baseUrl) => {
    const lines = [{ id: 1, tool: definition }, { id: 2 }, { id: 3, tool: { name: 'x' } }];
    const { code, out } = await run(['--stdin', '--model', 'm', '--base-url', baseUrl], {
      stdin: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    });
    expect(code).toBe(1);
    const answers = out.map((line) => JSON.parse(line));
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(answers[0]).toMatchObject({ category: 'Execute', risk: 'High' });
    expect(answers[1]).toMatchObject({ line: 2, error: expect.any(String) });
    // Its quote stands nowhere in the third definition, so the rules' answer stands.
    expect(answers[2]).toMatchObject({
      category: 'Write',
      review: ['evidence-dropped', 'no-signal'],
    });
  });
});

test('where no model answers, the rules’ answers stand and the exit code says so', async () => {
  await writeNotes();
  const closed = 'http://127.0.0.1:1/v1';
  const data = await run(['--data', 'data', '--model', 'm', '--base-url', closed]);
  expect(data.code).toBe(1);
  expect(data.err[0]).toMatch(/gave no answer for 1 of 1 tools \(.* 1\); the rules' answers stand/);
  const stored = await openStore(join(dir, 'data')).readClassifications('npm:notes');
  expect(stored?.tools[0]).toMatchObject({
    review: ['model-unavailable'],
    provenance: { method: 'rules' },
  });
});

test.for([
  [
    ['--data', 'data', '--budget', '5'],
    /^toolwarden classify: --budget is about a model; name one/,
  ],
  [['--stdin', '--model', 'm', '--batch'], /--batch needs a data folder/],
  [['--stdin', '--model', 'm', '--budget', '5'], /--budget: add --price-in and --price-out/],
  [['--stdin', '--model', 'm', '--budget', '1e3'], /--budget 1e3: expected US dollars/],
  [['--stdin', '--model', 'm', '--concurrency', '17'], /--concurrency 17: expected a whole number/],
  [['--stdin', '--model', 'm', '--base-url', 'http://a.example'], /plain http is for this machine/],
] as const)('%j is one line on stderr and exit code 2', async ([args, pattern]) => {
  await writeNotes();
  const { code, out, err } = await run([...args]);
  expect([code, out, err.length]).toEqual([2, [], 1]);
  expect(err[0]).toMatch(pattern);
});

test('a correction whose definition changed is named as stale', async () => {
  await writeNotes();
  const correction = {
    tool: 'get_note',
    toolDigest: toolDigest({ name: 'get_note' }),
    category: 'Write',
    traits: [],
    reason: 'It marks the note as read.',
    by: 'Ann',
    on: '2026-11-21',
  };
  await mkdir(join(dir, 'data/corrections'));
  await writeFile(
    join(dir, 'data/corrections/npm__notes.json'),
    JSON.stringify({ id: 'npm:notes', tools: [correction] }),
  );
  const { code, err } = await run(['--data', 'data']);
  expect(code).toBe(0);
  expect(err).toEqual([
    'classify: npm:notes: the correction of "get_note" by Ann on 2026-11-21 is stale (the definition changed); look at it again',
  ]);
});

test('rules alone load no model client and no database', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(${JSON.stringify(new URL('./classify.ts', import.meta.url).href)});
    console.log(loaded.filter((url) => /openai|secretlint|sqlite|classifier.src.model/.test(url)).join());`;
  const file = join(dir, 'probe.mjs');
  await writeFile(file, program);
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim()).toBe('');
});

test.for([[], ['--model', 'scripted', '--base-url', 'http://127.0.0.1:9']])(
  'a stop ends it at once though its input stays open: %j',
  async (options) => {
    const input = new PassThrough();
    const stop = new AbortController();
    const running = run(['--stdin', ...options], { input, stop });
    input.write(`${JSON.stringify({ id: 1, tool: definition })}\n`);
    setTimeout(() => stop.abort(), 50);
    const { code, err } = await running;
    expect([code, err]).toEqual([1, ['classify: stopped; run it again to go on']]);
    expect(input.destroyed).toBe(true);
  },
);
