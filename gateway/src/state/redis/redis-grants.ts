import { randomBytes } from 'node:crypto';
import type { GrantRow } from '../grant-table.ts';
import type { Grant } from '../state.ts';
import { tokenHash } from '../token-hash.ts';
import type { RedisConnection } from './redis-connection.ts';
import { keys } from './redis-keys.ts';
import { redisScript, TIME_LUA } from './redis-script.ts';

// Each script does once what it is asked, however often its answer is lost and it is sent again.

/** Keys: grant, grants, token. Arguments: id, then the fields. */
const createScript = redisScript(`
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SET', KEYS[3], ARGV[1])
return 1
`);
/** Keys: grant, new token. Arguments: id, the new token's hash. */
const rotateScript = redisScript(`
local known = redis.call('HMGET', KEYS[1], 'label', 'revokedAt', 'token')
if not known[1] or known[2] then return 0 end
if known[3] ~= ARGV[2] then redis.call('DEL', '{tw}:token:' .. known[3]) end
redis.call('HSET', KEYS[1], 'token', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1])
return 1
`);
/** Keys: meta, grant. Arguments: time given, a name of this act. */
const revokeScript = redisScript(`${TIME_LUA}
local known = redis.call('HMGET', KEYS[2], 'label', 'revokedAt', 'revoker', 'token')
if known[3] == ARGV[2] then return 1 end
if not known[1] or known[2] then return 0 end
local at = now(ARGV[1], redis.call('HGET', KEYS[1], 'latest'))
redis.call('HSET', KEYS[2], 'revokedAt', string.format('%.0f', at), 'revoker', ARGV[2])
redis.call('DEL', '{tw}:token:' .. known[4])
return 1
`);
/** Keys: grants. The grants themselves stay, so that a gateway that still uses one is refused. */
const forgetScript = redisScript(`
local forgotten = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('HEXISTS', '{tw}:grant:' .. id, 'revokedAt') == 1 then
    forgotten = forgotten + redis.call('SREM', KEYS[1], id)
  end
end
return forgotten
`);
const ROW = `'label', 'servers', 'policy', 'createdAt', 'expiresAt', 'revokedAt'`;
/** Keys: meta, token. Arguments: time given. */
const findScript = redisScript(`${TIME_LUA}
local id = redis.call('GET', KEYS[2])
if not id then return false end
local row = redis.call('HMGET', '{tw}:grant:' .. id, ${ROW})
local at = now(ARGV[1], redis.call('HGET', KEYS[1], 'latest'))
if row[6] or (row[5] and tonumber(row[5]) <= at) then return false end
return {id, row}
`);
/** Keys: grants. */
const listScript = redisScript(`
local list = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  list[#list + 1] = {id, redis.call('HMGET', '{tw}:grant:' .. id, ${ROW})}
end
return list
`);

/** The grants in Redis. Tokens are 256 random bits, and only their hash is stored. */
export type RedisGrants = {
  hasAny(): Promise<boolean>;
  find(token: string): Promise<Grant | undefined>;
  list(): Promise<GrantRow[]>;
  create(grant: Omit<Grant, 'id'>, at: number): Promise<{ id: string; token: string }>;
  rotate(id: string): Promise<string | undefined>;
  revoke(id: string): Promise<boolean>;
  forget(): Promise<number>;
};

/** The grants of a store; `time` stands for the server's clock in tests. */
export function createRedisGrants(redis: RedisConnection, time: () => string): RedisGrants {
  return {
    hasAny: async () => (await redis.send('SCARD', keys.grants)) !== 0,
    async find(token) {
      // Looked up by its hash, which nobody can steer: how long that takes tells nothing of any token.
      const found = await redis.run(
        findScript,
        [keys.meta, keys.token(tokenHash(token))],
        [time()],
      );
      if (found === null) return undefined;
      const { createdAt: _, ...grant } = grantOf(found as Found);
      return grant;
    },
    async list() {
      const found = (await redis.run(listScript, [keys.grants], [])) as Found[];
      return found.map(grantOf).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    async create({ label, servers, policy, expiresAt }, at) {
      const id = `g-${randomBytes(5).toString('hex')}`;
      const token = newToken();
      const hash = tokenHash(token);
      const row = [
        ...['label', label, 'servers', JSON.stringify(servers), 'policy', policy],
        ...['createdAt', Math.trunc(at), 'token', hash],
        ...(expiresAt === undefined ? [] : ['expiresAt', Math.trunc(expiresAt)]),
      ];
      const places = [keys.grant(id), keys.grants, keys.token(hash)];
      await redis.run(createScript, places, [id, ...row]);
      return { id, token };
    },
    async rotate(id) {
      const token = newToken();
      const hash = tokenHash(token);
      const isDone = await redis.run(rotateScript, [keys.grant(id), keys.token(hash)], [id, hash]);
      return isDone === 1 ? token : undefined;
    },
    async revoke(id) {
      const places = [keys.meta, keys.grant(id)];
      const act = randomBytes(9).toString('base64url');
      return (await redis.run(revokeScript, places, [time(), act])) === 1;
    },
    forget: async () => Number(await redis.run(forgetScript, [keys.grants], [])),
  };
}

type Found = [id: string, row: (string | null)[]];

function grantOf([id, row]: Found): GrantRow {
  const [label, servers, policy, createdAt, expiresAt, revokedAt] = row;
  return {
    ...{
      id,
      label: `${label}`,
      servers: JSON.parse(servers ?? '[]') as string[],
      policy: `${policy}`,
    },
    createdAt: Number(createdAt),
    ...(expiresAt == null ? {} : { expiresAt: Number(expiresAt) }),
    ...(revokedAt == null ? {} : { revokedAt: Number(revokedAt) }),
  };
}

const newToken = () => `twg_${randomBytes(32).toString('base64url')}`;
