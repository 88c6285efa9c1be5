-- The one script that changes anything: a request, its audit entry, and everything that follows
-- from them, or nothing at all. All checks come before all writes, for Redis takes nothing back.
--
-- It may be executed again after a lost reply: the click id says that it has been done already.
-- Redis' clock decides about deadlines, not the clock of a process.
local request_key, entries_key, stream, head_key, outbox, open_set, all_set, target_key,
      following, dirty, click_key = unpack(KEYS)
local a = cjson.decode(ARGV[1])

local done = redis.call('GET', click_key)
if done then return {'replayed', done} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if a.not_after > 0 and now >= a.not_after then return {'late', tostring(now)} end
if now < a.not_before then return {'early', tostring(now)} end
if math.abs(now - a.seen) > 5000 then return {'stale', tostring(now)} end

local head = redis.call('HGET', head_key, 'hash') or a.start
if head ~= a.prevhash then return {'contended', head} end

if a.id ~= '' then
  local rev = redis.call('HGET', request_key, 'rev') or '0'
  if rev ~= a.expected_rev then return {'moved', rev} end
  if a.claim then
    local holder = redis.call('GET', target_key)
    if holder then return {'taken', holder} end
  end
end

redis.call('SET', click_key, tostring(a.sequence), 'PX', a.click_ttl)
local place = redis.call('XADD', stream, '*', 'entry', a.entry)
redis.call('HSET', head_key, 'hash', a.hash, 'sequence', a.sequence)
if a.id ~= '' then
  redis.call('HSET', request_key, 'rev', a.rev, 'document', a.document, 'seal', a.seal)
  redis.call('RPUSH', entries_key, place)
  redis.call('ZADD', all_set, 'NX', now, a.id)
  redis.call('ZADD', dirty, now, a.id)
  if a.open then redis.call('ZADD', open_set, a.deadline, a.id)
  else redis.call('ZREM', open_set, a.id) end
  if a.open and a.claim then redis.call('SET', target_key, a.id) end
  if not a.open and redis.call('GET', target_key) == a.id then redis.call('DEL', target_key) end
  if a.outbox then redis.call('ZADD', outbox, now, a.id) else redis.call('ZREM', outbox, a.id) end
  if a.vault ~= '' then redis.call('HSET', following, a.id, a.vault)
  else redis.call('HDEL', following, a.id) end
end
return {'done', tostring(now)}
