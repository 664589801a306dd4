import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedFailures } from './expected-failures.ts';
import { startRenaming } from './joined-names.ts';
import { runSuite, type Scenario, type Suite } from './run-suite.ts';

/** One scenario, without and with the gateway. */
export type ComparedScenario = {
  scenario: string;
  direct: Scenario;
  through: Scenario;
  /** What is wrong with it; none where it passes both ways, or fails direct as expected. */
  problem?: string;
};

const FIXTURE = join(import.meta.dirname, 'fixture-server.ts');
const COMMAND = join(import.meta.dirname, '../../cli/bin/toolwarden.js');
const PAGE = /http:\/\/127\.0\.0\.1:\d+/;

/** Starts the fixture and the gateway before it; `work` gets the addresses of both, and of what is joined there. */
export async function withServers<Result>(
  work: (urls: { direct: string; through: string; joined: string }) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-conformance-'));
  const fixture = await start([FIXTURE]);
  try {
    const direct = `${fixture.origin}/mcp`;
    writeFileSync(join(folder, 'policy.json'), '{"version":"1","default":"allow"}');
    const config = {
      ...{ listen: { port: 0 }, admin: false, state: { sqlite: 'state/toolwarden.db' } },
      ...{ grants: 'open', servers: { fixture: { url: direct } } },
      policies: { all: 'policy.json' },
    };
    const file = join(folder, 'gateway.json');
    writeFileSync(file, JSON.stringify(config));
    const gateway = await start([COMMAND, 'gateway', '--config', file]);
    try {
      const renaming = await startRenaming(`${gateway.origin}/mcp`, 'fixture');
      const through = `${gateway.origin}/mcp/fixture`;
      return await work({ direct, through, joined: renaming.url }).finally(() => renaming.end());
    } finally {
      await gateway.end();
    }
  } finally {
    await fixture.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a suite both ways: what passes direct must pass through the gateway, check by check but for those that `mayLack` some. */
export async function compareRuns(
  suite: Suite,
  { direct, through }: { direct: string; through: string },
  mayLack: Readonly<Record<string, string>> = {},
): Promise<ComparedScenario[]> {
  const alone = await runSuite(suite, direct);
  const before = await runSuite(suite, through);
  return [...alone].map(([scenario, one]) => {
    const other = before.get(scenario) ?? { passed: 0, failed: ['it was not run'] };
    const lacks = Object.hasOwn(mayLack, scenario);
    const problem = problemOf(scenario, lacks ? { ...one, passed: 0 } : one, other);
    return { scenario, direct: one, through: other, ...(problem !== undefined && { problem }) };
  });
}

function problemOf(scenario: string, direct: Scenario, through: Scenario): string | undefined {
  const isExpected = Object.hasOwn(expectedFailures, scenario);
  if (direct.failed.length > 0) {
    return isExpected ? undefined : `fails direct: ${direct.failed.join('; ')}`;
  }
  if (isExpected) return 'passes direct, and stands among the expected failures';
  if (through.failed.length > 0) return `fails through the gateway: ${through.failed.join('; ')}`;
  // One that ends early has nothing that failed.
  return through.passed < direct.passed
    ? `${direct.passed - through.passed} checks are missing through the gateway`
    : undefined;
}

async function start(args: string[]): Promise<{ origin: string; end(): Promise<void> }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  let said = '';
  const origin = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const [found] = PAGE.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`${args[0]} ended: ${said}`)));
  });
  return {
    origin,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
