/**
 * What Redis does with a key: Lua scripts, each of which runs as one atomic step.
 *
 * A reserved key has the value `r|<first seen>|<owner>` and its lease as expiry; a recorded one
 * `d|<first seen>|<count>` and what is left of its window. Written for Redis 6 and later.
 */
import { createHash } from 'node:crypto';

/** `KEYS[1]`, owner, lease, now, window. Answers 0 = reserved, 1 = taken, or { first seen, count }. */
const reserve = `
local value = redis.call('GET', KEYS[1])
if value then
  local state, first, rest = string.match(value, '^(.)|(%d+)|(.*)$')
  if state == 'd' and tonumber(first) >= tonumber(ARGV[3]) - tonumber(ARGV[4]) then
    local count = tonumber(rest) + 1
    local left = redis.call('PTTL', KEYS[1])
    if left > 0 then redis.call('SET', KEYS[1], 'd|' .. first .. '|' .. count, 'PX', left) end
    return { first, count }
  end
  if state == 'r' and rest ~= ARGV[1] then return 1 end
  if state == 'r' then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return 0
  end
end
redis.call('SET', KEYS[1], 'r|' .. ARGV[3] .. '|' .. ARGV[1], 'PX', ARGV[2])
return 0`;

/** `KEYS[1]`, first seen, now, window. */
const record = `
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 1, 2) == 'd|' then return 0 end
local left = tonumber(ARGV[1]) + tonumber(ARGV[3]) - tonumber(ARGV[2])
if left < 1 then return 0 end
redis.call('SET', KEYS[1], 'd|' .. ARGV[1] .. '|1', 'PX', left)
return 1`;

/** `KEYS[1]`, owner. */
const release = `
local value = redis.call('GET', KEYS[1])
if value and string.match(value, '^r|%d+|(.*)$') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`;

/** `KEYS[1]`, owner, lease, first seen. Also puts back what a Redis without a disk has forgotten. */
const renew = `
local value = redis.call('GET', KEYS[1])
if not value then
  redis.call('SET', KEYS[1], 'r|' .. ARGV[3] .. '|' .. ARGV[1], 'PX', ARGV[2])
elseif string.match(value, '^r|%d+|(.*)$') == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0`;

export interface Script {
  readonly text: string;
  /** Redis knows a script by it, once it has seen it. */
  readonly sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/**
 * A vehicle: `KEYS[1]` and the index of all, then for each node of which something is, or was, kept of
 * it the set of such vehicles. Its value is a version, which no two writers have in common, a space and
 * what is kept. Id, expected version, new value ('' = as it is), then for each set whether the vehicle
 * is in it. Answers 0 where the version was the expected one, else the value.
 */
const exchange = `
local value = redis.call('GET', KEYS[1])
if (string.match(value or '', '^%S+') or '') ~= ARGV[2] then return value or '' end
if ARGV[3] ~= '' then
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
  for index = 3, #KEYS do
    redis.call(ARGV[index + 1] == '1' and 'SADD' or 'SREM', KEYS[index], ARGV[1])
  end
end
return 0`;

/**
 * How many bytes are parked, the order of the events, their summaries and their contents; id, summary,
 * content, how many events and bytes there may be. Answers how many had to go.
 */
const park = `
local value = redis.call('GET', KEYS[1])
if redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then return 0 end
local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
redis.call('ZADD', KEYS[2], tonumber(last[2] or '0') + 1, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
local bytes = tonumber(value or '0') + string.len(ARGV[3])
local dropped = 0
local count = redis.call('ZCARD', KEYS[2])
while count > 1 and (count > tonumber(ARGV[4]) or bytes > tonumber(ARGV[5])) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  bytes = bytes - redis.call('HSTRLEN', KEYS[4], oldest)
  redis.call('ZREM', KEYS[2], oldest)
  redis.call('HDEL', KEYS[3], oldest)
  redis.call('HDEL', KEYS[4], oldest)
  count = count - 1
  dropped = dropped + 1
end
redis.call('SET', KEYS[1], string.format('%.0f', bytes))
return dropped`;

/** The same keys, id. */
const unpark = `
local value = redis.call('GET', KEYS[1])
local length = redis.call('HSTRLEN', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
if length > 0 then redis.call('SET', KEYS[1], string.format('%.0f', tonumber(value or '0') - length)) end
return 0`;

export const scripts = {
  reserve: script(reserve),
  record: script(record),
  release: script(release),
  renew: script(renew),
  exchange: script(exchange),
  park: script(park),
  unpark: script(unpark),
};
