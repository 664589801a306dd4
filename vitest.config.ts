import { defineConfig } from 'vitest/config';

const isCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false';

/**
 * What a failed test says that is tried again in CI: anything but that a list of what is broken is not empty, that a sweep
 * found something, or that a property does not hold, which other inputs would hide.
 */
export const triedAgain =
  /^(?!Property failed|expected \[.*\] to deeply equal \[\]|expected .* to match object \{ (?:overLimit|repeated|wrong): )/s;

export default defineConfig({
  test: {
    include: [
      '{catalogue,policy,scraper,classifier,gateway,attacks,site,cli,scripts}/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/.toolwarden/**'],
    // Process tests start real servers and browsers on two shared cores: a deadline is there to end what hangs, not to measure.
    testTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 300_000,
    // docs/decisions/0042: named at the end of `npm test`.
    ...(isCi && { retry: { count: 1, condition: triedAgain } }),
  },
});
