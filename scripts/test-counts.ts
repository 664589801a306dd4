/** What the test runner counted; skipped tests by name, because a skip is never a pass. */
export type TestCounts = {
  passed: number;
  failed: number;
  skipped: number;
  skippedNames: string[];
  /** Tests that failed, were tried again and then passed: each is a fault to be found. */
  secondTries: { name: string; failure: string }[];
};

/** The parts used of vitest's JSON report. */
type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites?: number;
  testResults: {
    status: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
};

/** Reads vitest's JSON report. A file that could not be loaded counts as one failure. */
export function countTests(report: VitestReport): TestCounts {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const skippedNames = tests
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName);
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: skippedNames.length,
    skippedNames,
    secondTries: tests.flatMap(({ status, fullName, failureMessages: [failure] = [] }) =>
      status === 'passed' && failure !== undefined ? [{ name: fullName, failure }] : [],
    ),
  };
}

/** The line that closes `npm test`. */
export function lastLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
