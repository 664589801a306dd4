import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{catalogue,policy,scraper,classifier,gateway,attacks,site,cli,scripts}/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/.toolwarden/**'],
    // Process tests start real servers and browsers on two shared cores: a deadline is there to end what hangs, not to measure.
    testTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 180_000,
  },
});
