// `npm run conformance`: runs the official suites of both eras against a server of ours, without and with the gateway;
// with `-- --joined` at the address that joins servers, by way of a proxy that gives names their server's.
import { compareRuns, withServers } from './compare-runs.ts';
import { expectedFailures, joinedLacks } from './expected-failures.ts';
import { type Scenario, suites } from './run-suite.ts';

const shown = ({ passed, failed }: Scenario) =>
  failed.length === 0
    ? `passes (${passed})`
    : `fails (${failed.length} of ${passed + failed.length})`;

const isJoined = process.argv.includes('--joined');

await withServers(async ({ direct, through, joined }) => {
  const urls = { direct, through: isJoined ? joined : through };
  for (const suite of suites) {
    const scenarios = await compareRuns(suite, urls, isJoined ? joinedLacks : {});
    process.stdout.write(`\n${suite.name}: scenario, direct, through the gateway\n`);
    for (const { scenario, direct, through, problem } of scenarios) {
      const why = problem ?? (direct.failed.length > 0 ? expectedFailures[scenario] : undefined);
      const cells = [scenario.padEnd(46), shown(direct).padEnd(18), shown(through).padEnd(18)];
      process.stdout.write(`${cells.join(' ')} ${why ?? ''}`.trimEnd().concat('\n'));
      if (problem !== undefined) process.exitCode = 1;
    }
    const passing = (pick: 'direct' | 'through') =>
      scenarios.filter((each) => each[pick].failed.length === 0).length;
    process.stdout.write(
      `${scenarios.length} scenarios: ${passing('direct')} pass direct, ${passing('through')} through the gateway\n`,
    );
  }
});
