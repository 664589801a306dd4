import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { instructionsDigest, own, type ToolDefinition, toolDigest } from '@toolwarden/catalogue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLines } from '../fixtures/command-lines.ts';
import { copyServers } from '../fixtures/copy-servers.ts';
import { needs } from '../fixtures/needs.ts';
import { diagnose } from './diagnose.ts';
import { type Attempt, introspect, type Launch } from './introspect.ts';
import { type CrawlLimits, defaultLimits } from './limits.ts';
import { chooseSandbox } from './sandbox/choose-sandbox.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

const describeSandboxed = await needs('bubblewrap');

describeSandboxed('a server in the sandbox', () => {
  let sandbox: Sandbox;
  let packageDir: string;

  beforeAll(async () => {
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    packageDir = copyServers();
  });
  afterAll(() => rmSync(packageDir, { recursive: true, force: true, maxRetries: 20 }));

  const start = (
    fixture: string,
    args: string[] = [],
    limits: Partial<CrawlLimits> = {},
    more: Partial<Launch> = {},
  ): Promise<Attempt> =>
    introspect(
      {
        argv: ({ node, package: dir }) => [node, `${dir}/${fixture}.mjs`],
        args,
        env: {},
        files: {},
        ...more,
      },
      { sandbox, slot: 3, packageDir },
      { ...defaultLimits, ...limits },
    );
  const names = ({ listing }: Attempt) => listing?.tools.map(({ name }) => name);
  const words = ({ listing }: Attempt) =>
    Object.fromEntries(
      (listing?.tools ?? []).map((tool) => [tool.name, String(own(tool, 'description'))]),
    );
  const codes = ({ listing }: Attempt) => listing?.findings.map(({ code }) => code);

  test('lists its tools, prompts, resources and its own words', async () => {
    const { listing } = await start('plain');
    expect(listing).toMatchObject({
      serverInfo: { name: 'fixture', version: '1.0.0' },
      protocolVersion: '2025-11-25',
      instructions: 'Read before you write.',
      tools: [{ name: 'write_note' }, { name: 'read_note' }],
      prompts: [{ name: 'summarise' }],
      resources: [{ uri: 'note://1' }],
      resourceTemplates: [],
      findings: [],
      truncated: [],
    });
  });

  test('CR7, CR8: may talk beside the protocol; its requests are refused and foreign answers ignored', async () => {
    const attempt = await start('talks-beside-the-protocol');
    expect(words(attempt)).toEqual({ noisy: 'ask-1 -32601, ask-2 -32601, ask-3 -32601' });
    expect(attempt.junk[0]).toBe('Welcome to the notes server {beta}');
  });

  test('CR7: that only chatters is stopped after a thousand lines', async () => {
    const attempt = await start('junk-flood');
    expect(attempt.exceeded).toBe('more than 1000 lines that are no message');
    expect(diagnose(attempt).reason).toBe('limit-exceeded');
  });

  test('CR12, CR20, CR21: may define tools in odd ways: what can be kept is kept verbatim, the rest is named', async () => {
    const attempt = await start('odd-definitions');
    expect(names(attempt)).toEqual([
      ...['no_type', '__proto__', 'twice', 'twice', 'Twice', '../../etc/passwd', 'mistyped'],
      ...['remote_ref', 'long_words', 'wide_schema', 'evil_pattern'],
    ]);
    const tools = attempt.listing?.tools ?? [];
    expect(tools[0]).toEqual({
      name: 'no_type',
      inputSchema: { properties: { id: { type: 'string' } } },
    });
    expect(JSON.stringify(tools[1])).toContain('"__proto__":{"polluted":true}');
    expect(own({}, 'polluted')).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(String(own(tools[8], 'description'))).toHaveLength(defaultLimits.descriptionCharacters);
    expect(own(tools[9], 'inputSchema')).toBeUndefined();
    expect(attempt.listing?.truncated.map(({ what }) => what)).toEqual([
      'definition of deep',
      'description of long_words',
      'inputSchema of wide_schema',
    ]);
    expect(codes(attempt)).toEqual(Array(3).fill('invalid-definition'));
    // A list with a definition left out or cut is a part: a tool missing from it was not removed.
    expect(diagnose(attempt)).toEqual({
      reason: 'limit-exceeded',
      words: 'definition of deep: nesting of 64 levels',
    });
  });

  test('has a digest of what it served, also where that was cut', async () => {
    const { listing } = await start('odd-definitions');
    const cut = listing?.tools[8] as ToolDefinition;
    const whole = { ...cut, description: 'x'.repeat(100_000) };
    expect(listing?.servedDigests?.get(cut)).toBe(toolDigest(whole));
    expect([...(listing?.servedDigests?.keys() ?? [])].map(({ name }) => name)).toEqual([
      'long_words',
      'wide_schema',
    ]);
  });

  test('that says too much is cut in every place, and each cut is told', async () => {
    const attempt = await start('oversized', [], { listCharacters: 4_000_000 });
    const { listing } = attempt;
    expect(names(attempt)).toEqual(['titled', 'annotated', 'fine']);
    expect(listing?.truncated.map(({ what, limit }) => `${what.slice(0, 40)}: ${limit}`)).toEqual([
      'serverInfo: 262144 characters',
      'instructions: 65536 characters',
      `definition of ${'n'.repeat(26)}: a name of 1024 characters`,
      'title of titled: 65536 characters',
      'annotations of annotated: 262144 characters',
      'definition of heavy: 524288 characters',
      'part of the prompts: 262144 characters',
      'part of the resources: 4000000 characters together',
    ]);
    expect(listing?.instructionsDigest).toBe(instructionsDigest('x'.repeat(70_000)));
    expect(listing?.serverInfo).toBeUndefined();
    expect(listing?.prompts).toEqual([{ name: 'a' }]);
    expect(listing?.resources).toHaveLength(19);
    expect(diagnose(attempt).reason).toBe('limit-exceeded');
  });

  test('CR11: is asked for every page, also behind an empty cursor or an empty page', async () => {
    expect(names(await start('pages', ['three']))).toEqual(['page_first', 'page_b', 'page_c']);
    expect(names(await start('pages', ['empty-cursor']))).toEqual([
      'page_first',
      'page_',
      'page_c',
    ]);
    expect(names(await start('pages', ['empty-page']))).toEqual(['page_first', 'page_c']);
  });

  test.for([
    ['same', 2],
    ['cycle', 3],
  ] as const)(
    'CR10: with the endless cursor "%s" is left at the repetition',
    async ([way, pages]) => {
      const attempt = await start('pages', [way]);
      expect(names(attempt)).toHaveLength(pages);
      expect(attempt.listing?.truncated).toEqual([
        { what: 'pages', limit: 'the server repeated a cursor' },
      ]);
      expect(diagnose(attempt).reason).toBe('protocol-error');
    },
  );

  test('CR10: with a cursor that is always new is left after the limit of pages', async () => {
    const attempt = await start('pages', ['always-new'], { pages: 20 });
    expect(names(attempt)).toHaveLength(20);
    expect(diagnose(attempt)).toEqual({ reason: 'limit-exceeded', words: '20 pages' });
  });

  test.for([
    ['dies', 'silent-exit'],
    ['refuses', 'protocol-error'],
  ] as const)(
    'that %s on its second page gives a part, with the reason %s',
    async ([way, reason]) => {
      const attempt = await start('pages', [way]);
      expect(names(attempt)).toEqual(['page_first']);
      expect(attempt.listing?.stoppedBy?.cause).toBe('error');
      expect(diagnose(attempt).reason).toBe(reason);
    },
  );

  test('CR9: with a hundred thousand tools is cut at the limit, and the cut is told', async () => {
    const attempt = await start('many-tools');
    expect(names(attempt)).toHaveLength(defaultLimits.tools);
    expect(attempt.listing?.truncated).toEqual([{ what: 'tools', limit: '5000 entries' }]);
    expect(diagnose(attempt).reason).toBe('limit-exceeded');
  });

  test('CR14: with another list at each reading is called unstable', async () => {
    const attempt = await start('changes-its-mind');
    expect(names(attempt)).toEqual(['stable', 'time_1']);
    expect(codes(attempt)).toEqual(['unstable-list']);
  });

  test('that hangs and ignores signals is ended at its deadline', async () => {
    const mark = `hangs-${process.pid}-${Date.now()}`;
    const attempt = await start('hangs', [mark], { startMs: 400 });
    expect(attempt.error).toMatchObject({ stage: 'initialize', isTimeout: true });
    expect(diagnose(attempt)).toEqual({
      reason: 'timeout',
      words: 'no answer to initialize in time',
    });
    expect(commandLines()).not.toContain(mark);
  });

  test('that is too slow in all is a timeout, with what it listed so far', async () => {
    const attempt = await start('pages', ['slow'], { serverMs: 10_000 });
    expect(names(attempt)).toEqual(['page_first']);
    expect(diagnose(attempt).reason).toBe('timeout');
  });

  test.for([0, 1, 2])('dies with a crawler that is killed at any moment (%i)', async (moment) => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const crawler = spawn(
      process.execPath,
      [join(import.meta.dirname, '../fixtures/start-and-wait.ts'), packageDir, mark],
      { stdio: 'ignore' },
    );
    await expect
      .poll(() => commandLines().split(mark).length, { timeout: 100_000 })
      .toBeGreaterThan(2 + moment);
    crawler.kill('SIGKILL');
    await expect.poll(() => commandLines(), { timeout: 100_000 }).not.toContain(mark);
  });

  test('is ended at once when the crawl is aborted', async () => {
    const mark = `hangs-${process.pid}-${Date.now()}`;
    const abort = new AbortController();
    const attempt = introspect(
      {
        argv: ({ node, package: dir }) => [node, `${dir}/hangs.mjs`],
        args: [mark],
        env: {},
        files: {},
      },
      { sandbox, slot: 3, packageDir },
      defaultLimits,
      abort.signal,
    );
    abort.abort();
    expect((await attempt).listing).toBeUndefined();
    expect(commandLines()).not.toContain(mark);
  });

  test('leaves no daemon behind', async () => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const attempt = await start('daemons', [mark], { processes: 200 });
    expect(names(attempt)).toEqual(['leave']);
    expect(commandLines()).not.toContain(mark);
  });

  test.for([
    ['lines', /output over|lines that are no message/],
    ['one-line', /line over/],
  ] as const)('that floods stdout (%s) is cut without being kept', async ([way, limit]) => {
    const before = process.memoryUsage().rss;
    const attempt = await start('floods', [way]);
    expect(attempt.exceeded).toMatch(limit);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 ** 2);
  });

  test('that floods stderr is listed all the same, and little of the flood is kept', async () => {
    const attempt = await start('floods', ['stderr']);
    expect(names(attempt)).toEqual(['loud']);
    expect(attempt.stderr.length).toBeLessThanOrEqual(defaultLimits.stderrBytes + 3);
  });

  test('that takes memory is stopped at its limit', async () => {
    const attempt = await start('greedy', ['memory'], {
      ...{ memoryBytes: 150 * 1024 ** 2, startMs: 100_000 },
    });
    expect(attempt.exceeded).toBe('memory over 150 MiB');
  });

  test('that starts processes without end is stopped at its limit', async () => {
    const attempt = await start('greedy', ['processes'], { processes: 30, startMs: 100_000 });
    expect(attempt.exceeded).toBe('more than 30 processes');
  });

  test('that burns processor time is stopped at its limit', async () => {
    const attempt = await start('greedy', ['cpu'], { cpuSeconds: 1, startMs: 100_000 });
    expect(attempt.exceeded ?? `${attempt.exit.code}`).toMatch(/processor time|137|152/);
    expect(attempt.error?.isClosed).toBe(true);
  });

  test('CR15: cannot write more than its share of disk, nor anywhere but in its own folders', async () => {
    const attempt = await start('fills-disk', [], { diskBytes: 4 * 1024 ** 2 });
    const { '/a': root, '/dev/a': devices, '/dev/shm/a': shared, ...folders } = words(attempt);
    expect({ root, devices }).toEqual({ root: 'EROFS after 0 MiB', devices: 'EROFS after 0 MiB' });
    expect(shared).toMatch(/^(EFBIG|ENOSPC) after 4 MiB$/);
    for (const how of Object.values(folders))
      expect(how).toMatch(/^(EFBIG|ENOSPC) after [0-4] MiB$/);
  });

  test('can be given a backend that accepts and never answers', async () => {
    const dial = `require('node:net').connect(6379, '127.0.0.1', () => console.error('accepted')).on('error', (error) => console.error(error.code))`;
    const start = (ports: number[]) =>
      introspect(
        { argv: ({ node }) => [node], args: ['-e', dial], env: {}, files: {}, ports },
        { sandbox, slot: 3, packageDir },
        { ...defaultLimits, startMs: 12_000 },
      );
    expect((await start([])).stderr).toBe('ECONNREFUSED\n');
    expect((await start([6379])).stderr).toBe('accepted\n');
  });

  test('finds dummy files in its working folder', async () => {
    const attempt = await start(
      'prints-environment',
      [],
      {},
      {
        argv: ({ node }) => [node],
        args: ['-e', 'console.error(require("fs").readFileSync("{dir}/a/b.json", "utf8"))'],
        files: { 'a/b.json': '{"is":"there"}' },
      },
    );
    expect(attempt.stderr).toBe('{"is":"there"}\n');
  });

  test.for(['../x', '/etc/x', 'a//b', 'a/./b', ''])(
    'cannot be given a file at %j',
    async (path) => {
      await expect(start('plain', [], {}, { files: { [path]: '' } })).rejects.toThrow(
        expect.objectContaining({ code: 'bad-source' }),
      );
    },
  );
});
