// `npm run check`, which is `npm test`: everything a merge needs. Last line: `N passed, M failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSystem } from './ensure-system.ts';
import { countTests, lastLine, type TestCounts } from './test-counts.ts';

const STEPS: { name: string; script: string }[] = [
  { name: 'types', script: 'types' },
  { name: 'astro check', script: 'astro-check' },
  { name: 'lint and format', script: 'lint' },
  { name: 'unused code', script: 'unused' },
  { name: 'data', script: 'check-data' },
];

const say = (line: string) => process.stdout.write(`${line}\n`);
const isCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false';

const missing = ensureSystem(
  ['bubblewrap', 'redis-server', 'faketime', 'openssl', 'chromium'],
  say,
);
const failed: string[] = [];
for (const { name, script } of STEPS) {
  say(`\n== ${name}`);
  if (run(['run', '--silent', script]) !== 0) failed.push(name);
}
say('\n== tests');
const counts = runTests();
if (counts === undefined || counts.failed > 0) failed.push('tests');
if (missing.length > 0) say(`\nNot installed, so what needs it was skipped: ${missing.join(', ')}`);
for (const name of counts?.skippedNames ?? []) say(`skipped: ${name}`);
for (const { name, failure } of counts?.secondTries ?? [])
  say(`\nPassed at the second try only, a fault to be found: ${name}\n${failure}`);
if (isCi && (counts?.skipped ?? 0) > 0)
  failed.push('skipped tests (with CI set nothing may be skipped)');
if (failed.length > 0) say(`\nFailed: ${failed.join(', ')}`);
say(lastLine(counts ?? countTests({ numPassedTests: 0, numFailedTests: 1, testResults: [] })));
process.exitCode = failed.length > 0 ? 1 : 0;

function runTests(): TestCounts | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-check-'));
  const report = join(folder, 'vitest.json');
  try {
    const status = run([
      'exec',
      '--',
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    const read = countTests(JSON.parse(readFileSync(report, 'utf8')));
    // A runner that fails without a failing test (an error outside tests) has failed all the same.
    return status !== 0 && read.failed === 0 ? { ...read, failed: 1 } : read;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: string[]): number {
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' };
  return spawnSync('npm', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status ?? 1;
}
