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

export const scripts = {
  reserve: script(reserve),
  record: script(record),
  release: script(release),
  renew: script(renew),
  exchange: script(exchange),
};
