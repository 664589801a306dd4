/**
 * Runs the client scenarios of the official MCP conformance suite, of both eras, against the crawler's listing client:
 * `npm run conformance:crawler`. What cannot pass stands, with its reason, in the files beside this one; a scenario
 * that fails without standing there, or passes though it does, ends the run with 1.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const suites = [
  { era: 'session', module: '@modelcontextprotocol/conformance' },
  { era: 'stateless', module: 'conformance-stateless' },
];
const require = createRequire(import.meta.url);
const results = mkdtempSync(join(tmpdir(), 'toolwarden-conformance-'));
const client = join(import.meta.dirname, 'client.ts');
try {
  for (const { era, module } of suites) {
    console.log(`\n${era} era`);
    const program = join(dirname(require.resolve(`${module}/package.json`)), 'dist/index.js');
    const baseline = join(import.meta.dirname, `expected-failures-${era}.yml`);
    // All scenarios start at once, each with a client of its own: on two cores the last of them waits for long.
    const args = [
      ...[program, 'client', '--suite', 'all', '--timeout', '90000', '-o', results],
      ...['--command', `'${process.execPath}' '${client}'`, '--expected-failures', baseline],
    ];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    console.log(stdout.slice(Math.max(stdout.indexOf('=== SUITE SUMMARY ==='), 0)));
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(results, { recursive: true, force: true });
}
