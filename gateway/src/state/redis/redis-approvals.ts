import { randomBytes } from 'node:crypto';
import type { ApprovalRow } from '../approval-table.ts';
import type { Approval } from '../state.ts';
import { readKept } from './kept-arguments.ts';
import type { RedisConnection } from './redis-connection.ts';
import { keys } from './redis-keys.ts';
import { redisScript, TIME_LUA } from './redis-script.ts';

/**
 * Takes the first answer, in time. Keys: meta, approval, its arguments. Arguments: time given, status, who, a name of this
 * answer, so that an answer whose receipt was lost can be given again.
 */
const answerScript = redisScript(`${TIME_LUA}
local given, status, who, name = unpack(ARGV)
local known = redis.call('HMGET', KEYS[2], 'status', 'expiresAt', 'grant', 'answer', 'createdAt')
if known[4] == name then return 1 end
local at = now(given, redis.call('HGET', KEYS[1], 'latest'))
if known[1] ~= 'pending' or tonumber(known[2]) <= at then return 0 end
local forMs = string.format('%.0f', tonumber(known[2]) - tonumber(known[5]))
redis.call('HSET', KEYS[2], 'status', status, 'answeredAt', string.format('%.0f', at), 'answeredBy', who,
  'answer', name, 'expiresAt', string.format('%.0f', at + tonumber(forMs)))
redis.call('ZREM', '{tw}:pending:' .. known[3], string.match(KEYS[2], '([^:]+)$'))
if status == 'denied' then redis.call('DEL', KEYS[3]) else redis.call('PEXPIRE', KEYS[3], forMs) end
return 1
`);

/** All that is known of the questions, the latest first. Keys: meta, approvals. Arguments: time given. */
const listScript = redisScript(`${TIME_LUA}
local list = {string.format('%.0f', now(ARGV[1], redis.call('HGET', KEYS[1], 'latest')))}
for _, id in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, -1)) do
  local row = redis.call('HMGET', '{tw}:approval:' .. id, 'binding', 'status', 'grant', 'server', 'tool', 'reason',
    'createdAt', 'expiresAt', 'answeredAt', 'answeredBy', 'method')
  row[12] = redis.call('GET', '{tw}:approval-arguments:' .. id)
  if row[1] then list[#list + 1] = {id, row} end
end
return list
`);

/** How it stands with one question. Keys: meta, approval. Arguments: time given. */
const statusScript = redisScript(`${TIME_LUA}
local status, expires = unpack(redis.call('HMGET', KEYS[2], 'status', 'expiresAt'))
if not status then return '' end
local isOpen = status == 'pending' or status == 'approved'
if isOpen and tonumber(expires) <= now(ARGV[1], redis.call('HGET', KEYS[1], 'latest')) then return 'expired' end
return status
`);

/** Questions for people, as operators see and answer them; asking and using is the ledger's. */
export type RedisApprovals = {
  list(): Promise<ApprovalRow[]>;
  statusOf(id: string): Promise<Approval['status'] | undefined>;
  /** True for the one answer that counts: the first, in time. */
  answer(id: string, status: 'approved' | 'denied', by: string): Promise<boolean>;
};

/** The approvals in Redis; `time` stands for the server's clock in tests. */
export function createRedisApprovals(redis: RedisConnection, time: () => string): RedisApprovals {
  return {
    async list() {
      const found = await redis.run(listScript, [keys.meta, keys.approvals], [time()]);
      const [now, ...rows] = found as [string, ...[string, (string | null)[]][]];
      return rows.map(([id, row]) => approvalOf(id, row, Number(now)));
    },
    async statusOf(id) {
      const found = await redis.run(statusScript, [keys.meta, keys.approval(id)], [time()]);
      return found === '' ? undefined : (found as Approval['status']);
    },
    async answer(id, status, by) {
      const places = [keys.meta, keys.approval(id), keys.approvalArguments(id)];
      const name = randomBytes(9).toString('base64url');
      return (await redis.run(answerScript, places, [time(), status, by, name])) === 1;
    },
  };
}

function approvalOf(id: string, row: (string | null)[], now: number): ApprovalRow {
  const [
    binding,
    status,
    grant,
    server,
    tool,
    reason,
    createdAt,
    expiresAt,
    answeredAt,
    answeredBy,
    method,
    text,
  ] = row;
  const isOpen = status === 'pending' || status === 'approved';
  return {
    ...{
      id,
      binding: `${binding}`,
      grant: `${grant}`,
      server: `${server}`,
      tool: `${tool}`,
      reason: `${reason}`,
    },
    status: isOpen && Number(expiresAt) <= now ? 'expired' : (status as Approval['status']),
    ...readKept(text ?? '{}'),
    ...{ createdAt: Number(createdAt), expiresAt: Number(expiresAt) },
    ...(answeredAt === null ? {} : { answeredAt: Number(answeredAt) }),
    ...(answeredBy == null ? {} : { answeredBy }),
    ...(method == null ? {} : { method }),
  };
}
