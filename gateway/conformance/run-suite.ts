import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A release of the official suite, and what of it is run. */
export type Suite = { name: string; module: string; args: readonly string[] };

/** The suites of both eras, exact versions by package.json. */
export const suites: readonly Suite[] = [
  {
    name: 'session era, 0.1.16, all',
    module: '@modelcontextprotocol/conformance',
    args: ['--suite', 'all'],
  },
  {
    name: '2025-11-25, newest alpha',
    module: 'conformance-stateless',
    args: ['--requirements', '2025-11-25'],
  },
  {
    name: '2026-07-28, newest alpha',
    module: 'conformance-stateless',
    args: ['--requirements', '2026-07-28'],
  },
];

/** What a scenario came to: its checks that failed. */
export type Scenario = { passed: number; failed: string[] };

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const LONGEST_MS = 550_000;

/** Runs a suite against a server; what each scenario came to. */
export async function runSuite(
  { module, args }: Suite,
  url: string,
): Promise<Map<string, Scenario>> {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-conformance-'));
  try {
    const program = join(dirname(require.resolve(`${module}/package.json`)), 'dist/index.js');
    const command = [program, 'server', '--url', url, ...args, '-o', folder];
    // It ends with 1 where a scenario fails; what failed is read below.
    await run(process.execPath, command, { timeout: LONGEST_MS, maxBuffer: 2 ** 26 }).catch(
      (error: { code?: unknown }) => {
        if (error.code !== 1) throw error;
      },
    );
    return readResults(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readResults(folder: string): Map<string, Scenario> {
  const scenarios = new Map<string, Scenario>();
  for (const name of readdirSync(folder).sort()) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
    if (scenario === undefined) continue;
    const text = readFileSync(join(folder, name, 'checks.json'), 'utf8');
    const checks = JSON.parse(text) as { id: string; status: string; errorMessage?: string }[];
    scenarios.set(scenario, {
      passed: checks.filter(({ status }) => status === 'SUCCESS').length,
      failed: checks
        .filter(({ status }) => status === 'FAILURE')
        .map(({ id, errorMessage = '' }) => `${id}: ${errorMessage.slice(0, 300)}`),
    });
  }
  return scenarios;
}
