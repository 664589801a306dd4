// What tests of other rooms need of ours where they want a Redis. Not for sweeps: it is for the test runner alone.
export { testNeeding } from './needs.ts';
export { startRedis, type TestRedis } from './start-redis.ts';
