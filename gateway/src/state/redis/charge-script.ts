import { redisScript, TIME_LUA } from './redis-script.ts';

/**
 * Checks and charges a call in one step.
 *
 * A counter is a sorted set, scored by time. A member is `number:amount:total:window`; totals run on, so that the sum of a
 * window is the difference of two members, however many lie between. Where amounts are not whole a total is `x`, and the
 * window is added up as policies add amounts, rounded to 15 digits. A counter may be read over another time than it was
 * charged for, so each member says how long it counts.
 *
 * Keys: meta, call, grant, binding, pending, approvals, then the counters. Arguments: epoch, time given, attempt, how
 * long calls are remembered, what is asked (see below), nine fields of a question, then three a counter: window, amount
 * ('' where it is only read), max; last the hash of the token that must still be the grant's, or ''. Answer: what happened,
 * the time, an approval's id or '', and what each counter held.
 */
export const chargeScript = redisScript(`${TIME_LUA}
local function add(a, b)
  local sum = a + b
  if sum == math.floor(sum) and math.abs(sum) <= 9007199254740991 then return sum end
  return tonumber(string.format('%.15g', sum))
end
local function isWhole(n) return n == math.floor(n) and math.abs(n) <= 9007199254740991 end
local function read(member)
  local amount, total = string.match(member, '^%d+:([^:]+):([^:]+):')
  return tonumber(amount), total
end
local function used(key, from)
  local after = '(' .. string.format('%.0f', from)
  local first = redis.call('ZRANGEBYSCORE', key, after, '+inf', 'LIMIT', 0, 1)[1]
  if not first then return 0 end
  local _, last = read(redis.call('ZREVRANGE', key, 0, 0)[1])
  local amount, total = read(first)
  if last ~= 'x' then return tonumber(last) - tonumber(total) + amount end
  local sum = 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, after, '+inf')) do
    sum = add(sum, (read(member)))
  end
  return sum
end
-- Forgets from the oldest on what counts no longer; more is forgotten at once than is ever added.
local function forget(key, at)
  local oldest = redis.call('ZRANGE', key, 0, 31, 'WITHSCORES')
  local gone = {}
  for i = 1, #oldest, 2 do
    local window = tonumber(string.match(oldest[i], ':(%d+)$'))
    if tonumber(oldest[i + 1]) + window > at then break end
    gone[#gone + 1] = oldest[i]
  end
  if #gone > 0 then redis.call('ZREM', key, unpack(gone)) end
end

local meta, call, grant, binding, pending, approvals = unpack(KEYS, 1, 6)
local epoch, given, attempt, memory, ask = unpack(ARGV, 1, 5)
local known = redis.call('GET', call)
if known then
  known = cjson.decode(known)
  if known.attempt == attempt then return known.answer end
  return {'duplicate'}
end
local state = redis.call('HMGET', meta, 'epoch', 'latest')
if state[1] ~= epoch then return {'gone'} end
local at = now(given, state[2])
local ended = redis.call('HMGET', grant, 'revokedAt', 'expiresAt', 'token')
if ended[1] or (ended[2] and tonumber(ended[2]) <= at) then return {'grant-over'} end
local shown = ARGV[#ARGV]
if shown ~= '' and ended[3] ~= shown then return {'grant-over'} end

local answer = {'done', string.format('%.0f', at), ''}
local held, fits = {}, true
local count = #KEYS - 6
for i = 1, count do
  local window, amount, max = unpack(ARGV, 15 + (i - 1) * 3, 17 + (i - 1) * 3)
  held[i] = used(KEYS[6 + i], at - tonumber(window))
  answer[3 + i] = string.format('%.17g', held[i])
  if amount ~= '' and not (add(held[i], tonumber(amount)) <= tonumber(max)) then fits = false end
end
if not fits then
  answer[1] = 'full'
  return answer
end

if ask ~= '' then
  local id = redis.call('GET', binding)
  local status, expires
  if id then status, expires = unpack(redis.call('HMGET', '{tw}:approval:' .. id, 'status', 'expiresAt')) end
  local isOpen = expires and tonumber(expires) > at
  if isOpen and status == 'approved' then
    answer[1], answer[3] = 'approved', id
    -- 'use' where the call then passes, 'look' where it does not though it is approved.
    if ask == 'look' then return answer end
    redis.call('HSET', '{tw}:approval:' .. id, 'status', 'used')
    redis.call('DEL', binding)
    -- Of each tool the arguments of the last approved call are kept, for comparing the next with it.
    local keepMs, server, tool = ARGV[8], ARGV[10], ARGV[11]
    local who = string.match(pending, '^{tw}:pending:(.*)$')
    local last = '{tw}:last-approved:' .. redis.sha1hex(#who .. ':' .. who .. #server .. ':' .. server .. tool)
    local before = redis.call('GET', last)
    if before and before ~= id then redis.call('DEL', '{tw}:approval-arguments:' .. before) end
    redis.call('SET', last, id, 'PX', keepMs)
    local kept = '{tw}:approval-arguments:' .. id
    local text = redis.call('GET', kept)
    if text then redis.call('SET', kept, string.match(text, '^[^\\n]*'), 'PX', keepMs) end
    redis.call('PEXPIRE', '{tw}:approval:' .. id, keepMs)
  else
    answer[1] = 'asked'
    if isOpen and status == 'pending' then
      answer[3] = id
      return answer
    end
    local new, forMs, keepMs, most, server, tool, reason, text, method = unpack(ARGV, 6, 14)
    redis.call('ZREMRANGEBYSCORE', pending, '-inf', string.format('%.0f', at))
    if redis.call('ZCARD', pending) >= tonumber(most) then return answer end
    local name, ends = '{tw}:approval:' .. new, string.format('%.0f', at + tonumber(forMs))
    redis.call('HSET', name, 'binding', string.match(binding, '^{tw}:binding:(.*)$'), 'status', 'pending',
      'grant', string.match(pending, '^{tw}:pending:(.*)$'), 'server', server, 'tool', tool, 'method', method, 'reason', reason,
      'createdAt', string.format('%.0f', at), 'expiresAt', ends)
    redis.call('PEXPIRE', name, keepMs)
    redis.call('SET', '{tw}:approval-arguments:' .. new, text, 'PX', forMs)
    redis.call('SET', binding, new, 'PX', keepMs)
    redis.call('ZADD', pending, ends, new)
    redis.call('PEXPIRE', pending, keepMs)
    redis.call('ZADD', approvals, at, new)
    redis.call('ZREMRANGEBYSCORE', approvals, '-inf', string.format('%.0f', at - tonumber(keepMs)))
    answer[3] = new
    return answer
  end
end

local charges = {}
for i = 1, count do
  local key, window, amount = KEYS[6 + i], ARGV[15 + (i - 1) * 3], ARGV[16 + (i - 1) * 3]
  if amount ~= '' then
    local number = redis.call('HINCRBY', meta, 'charges', 1)
    local last = redis.call('ZREVRANGE', key, 0, 0)[1]
    local total = tonumber(amount)
    if last then
      local _, before = read(last)
      total = before == 'x' and 'x' or tonumber(before) + total
    end
    if total ~= 'x' then
      total = isWhole(tonumber(amount)) and isWhole(total) and string.format('%.0f', total) or 'x'
    end
    redis.call('ZADD', key, at, string.format('%016.0f:%s:%s:%s', number, amount, total, window))
    forget(key, at)
    -- A second more, so that the key outlives every charge that still counts.
    local keep = math.max(tonumber(window) + 1000, redis.call('PTTL', key))
    redis.call('PEXPIRE', key, string.format('%.0f', keep))
    charges[#charges + 1] = {key, number}
  end
end
if #charges > 0 then redis.call('HSET', meta, 'latest', string.format('%.0f', at)) end
if #charges > 0 or answer[1] == 'approved' then
  redis.call('SET', call, cjson.encode({attempt = attempt, answer = answer, charges = charges}), 'PX', memory)
end
return answer
`);

/**
 * Gives back what a call was charged. Where it was not charged, it will not be: a request that was cut off may still be
 * on its way. Keys: call. Arguments: how long that is remembered, whether the same call may be charged `again`.
 */
export const undoScript = redisScript(`
local known = redis.call('GET', KEYS[1])
if known then
  for _, charge in ipairs(cjson.decode(known).charges) do
    local key, number = charge[1], string.format('%016.0f', charge[2])
    local members = redis.call('ZRANGE', key, 0, -1)
    local low, high = 1, #members + 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if string.sub(members[middle], 1, 16) < number then low = middle + 1 else high = middle end
    end
    if members[low] and string.sub(members[low], 1, 16) == number then
      local taken = tonumber(string.match(members[low], ':([^:]+):'))
      redis.call('ZREM', key, members[low])
      for i = low + 1, #members do
        local start, total, rest = string.match(members[i], '^(%d+:[^:]+:)(%d+)(:%d+)$')
        if start then
          local at = redis.call('ZSCORE', key, members[i])
          redis.call('ZREM', key, members[i])
          redis.call('ZADD', key, at, start .. string.format('%.0f', tonumber(total) - taken) .. rest)
        end
      end
    end
  end
end
if ARGV[2] == 'again' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], cjson.encode({attempt = '', answer = {'duplicate'}, charges = {}}), 'PX', ARGV[1]) end
return 1
`);
