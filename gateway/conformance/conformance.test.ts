import { expect, test } from 'vitest';
import { compareRuns, withServers } from './compare-runs.ts';
import { suites } from './run-suite.ts';

test('every scenario of the official suites that passes direct passes through the gateway', async () => {
  await withServers(async (urls) => {
    let count = 0;
    for (const suite of suites) {
      const scenarios = await compareRuns(suite, urls);
      const problems = scenarios.flatMap(({ scenario, problem }) =>
        problem === undefined ? [] : [`${suite.name}, ${scenario}: ${problem}`],
      );
      expect(problems).toEqual([]);
      count += scenarios.length;
    }
    // Else a suite was not found, and nothing was compared.
    expect(count).toBeGreaterThan(100);
  });
}, 600_000);
