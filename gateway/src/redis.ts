export { openRedisState, type RedisState } from './state/redis/redis-state.ts';
