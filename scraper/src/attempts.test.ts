import { rmSync } from 'node:fs';
import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyServers } from '../fixtures/copy-servers.ts';
import { needs } from '../fixtures/needs.ts';
import { attemptAll, type CrawlAttempt } from './attempts.ts';
import { BRIDGE_HELP } from './coax.ts';
import { type CrawlLimits, defaultLimits } from './limits.ts';
import {
  configurationOf,
  listOtherConfigurations,
  withConfigurations,
} from './list-configurations.ts';
import { recordOf } from './record.ts';
import { chooseSandbox } from './sandbox/choose-sandbox.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

const describeSandboxed = await needs('bubblewrap');

describeSandboxed('a server that is helped along', () => {
  let sandbox: Sandbox;
  let packageDir: string;
  beforeAll(async () => {
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    packageDir = copyServers();
  });
  afterAll(() => rmSync(packageDir, { recursive: true, force: true, maxRetries: 20 }));

  const source: ServerSource = { id: 'npm:fixture' };
  const crawl = async (
    fixture: string,
    {
      args = [],
      readme = '',
      earlier,
      limits = {},
    }: {
      args?: string[];
      readme?: string;
      earlier?: ServerRecord | undefined;
      limits?: Partial<CrawlLimits>;
    } = {},
  ) => {
    const attempts: CrawlAttempt[] = [];
    const program = {
      argv: ({ node, package: dir }: { node: string; package: string }) => [
        ...[node, `${dir}/${fixture}.mjs`, ...args],
      ],
      readme,
      packageName: 'fixture',
      binName: 'fixture',
    };
    const place = {
      ...{ sandbox, slot: 4, packageDir, limits: { ...defaultLimits, ...limits } },
      ...{ earlier, onAttempt: (attempt: CrawlAttempt) => attempts.push(attempt) },
    };
    const end = await attemptAll(source, program, place);
    const { listing } = end.attempt;
    if (listing === undefined) return { attempts, end, record: undefined };
    const record = recordOf(
      { source, installed: undefined, bin: undefined },
      listing,
      configurationOf('default', end.help),
      end.help.given,
      end.diagnosis && { reason: end.diagnosis.reason, detail: end.diagnosis.words },
    );
    const others = await listOtherConfigurations(source, program, end, undefined, place);
    return { attempts, end, record: withConfigurations(record, others) };
  };

  test.for(['json', 'session', 'sse', 'odd-path'])(
    'and speaks only HTTP (%s) is asked on its own loopback',
    // It is waited for on its standard streams first.
    { timeout: 300_000 },
    async (way) => {
      const { record } = await crawl('http-only', { args: [way], limits: { startMs: 6_000 } });
      expect(record).toMatchObject({
        outcome: 'complete',
        tools: [{ definition: { name: 'over_http' } }],
        help: [BRIDGE_HELP],
      });
    },
  );

  test('and knows only the revision without a handshake is spoken to in that', async () => {
    const { attempts, record } = await crawl('stateless');
    expect(attempts).toHaveLength(2);
    expect(record).toMatchObject({
      outcome: 'complete',
      protocolVersion: '2026-07-28',
      instructions: 'Read before you write.',
      serverInfo: { name: 'stateless', version: '3.0.0' },
      tools: [{ definition: { name: 'odd' } }, { definition: { name: 'read_note' } }],
      help: ['revision 2026-07-28'],
    });
    expect((await crawl('stateless', { earlier: record })).attempts).toHaveLength(1);
  });

  test('begins the next time with what helped, and falls back where that helps no more', async () => {
    const first = await crawl('wants-help');
    expect(first.record?.help?.length).toBeGreaterThan(0);
    expect(first.attempts.length).toBeGreaterThan(1);
    const again = await crawl('wants-help', { earlier: first.record });
    expect(again.attempts).toHaveLength(1);
    expect(again.record).toEqual(first.record);
    const broken = { ...(first.record as ServerRecord), help: ['env NO_LONGER'] };
    const fallen = await crawl('wants-help', {
      earlier: { ...broken, configurations: [{ name: 'default', args: [], env: ['NO_LONGER'] }] },
    });
    expect(fallen.record).toEqual(first.record);
  });

  test('is listed with its permission switches at both ends, and each tool tells where it appears', async () => {
    const readme = 'Set `NOTES_ENABLE_WRITES=true` to write.\n`NOTES_READ_ONLY` (true or false).';
    const { record } = await crawl('switched', { readme });
    expect(record?.configurations).toEqual([
      { name: 'default', args: [], env: [] },
      {
        name: 'fewest rights',
        args: [],
        env: ['NOTES_ENABLE_WRITES', 'NOTES_READ_ONLY'],
        switches: { NOTES_ENABLE_WRITES: 'false', NOTES_READ_ONLY: 'true' },
      },
      {
        name: 'most rights',
        args: [],
        env: ['NOTES_ENABLE_WRITES', 'NOTES_READ_ONLY'],
        switches: { NOTES_ENABLE_WRITES: 'true', NOTES_READ_ONLY: 'false' },
      },
    ]);
    expect(record?.tools.map((tool) => [tool.definition.name, tool.configurations])).toEqual([
      ['delete_note', ['most rights']],
      ['list_notes', ['default']],
      ['read_note', ['default', 'fewest rights', 'most rights']],
      ['write_note', ['most rights']],
    ]);
  });

  test('without switches is started once', async () => {
    const { attempts, record } = await crawl('plain', { readme: 'Set `LOG_LEVEL=true`.' });
    expect(attempts).toHaveLength(1);
    expect(record?.configurations).toHaveLength(1);
  });
});
