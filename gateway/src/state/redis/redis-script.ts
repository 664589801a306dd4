import { createHash } from 'node:crypto';

/** A script for Redis, and the name that Redis knows it by once it has seen it. */
export type RedisScript = { text: string; sha1: string };

/** Prepares a script. */
export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** The time to judge by, for scripts with `meta` as their first key: the server's, and never before the latest charge. */
export const TIME_LUA = `
local function now(given, latest)
  local at = tonumber(given)
  if not at then
    local time = redis.call('TIME')
    at = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return math.max(at, tonumber(latest or 0))
end
`;
