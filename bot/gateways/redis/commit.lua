-- The one script that changes anything: a request, its audit entry, and everything that follows
-- from them, or nothing at all. All checks come before all writes, for Redis takes nothing back.
--
-- It may be executed again after a lost reply: the click id says that it has been done already.
-- Redis' clock decides about deadlines, not the clock of a process.
local request_key, entries_key, stream, head_key, outbox, open_set, all_set, followed, dirty,
      click_key, drafts_key, parent_entries, parent_results, parent_drafts, policy_key,
      unreviewed, states, looks, tended, bell, agenda = unpack(KEYS, 1, 21)
local claimed = 22 -- from here on KEYS are what the request keeps for itself while it is open
local a = cjson.decode(ARGV[1])
local last = #KEYS - 2 * #a.kept -- behind it, for each record that changes: its book, its entries

local done = redis.call('GET', click_key)
if done then return {'replayed', done} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if a.not_after > 0 and now >= a.not_after then return {'late', tostring(now)} end
if now < a.not_before then return {'early', tostring(now)} end
if math.abs(now - a.seen) > 5000 then return {'stale', tostring(now)} end

local head = redis.call('HGET', head_key, 'hash') or a.start
if head ~= a.prevhash then
  return {'contended', head, redis.call('HGET', head_key, 'sequence') or '0', tostring(now)}
end

if a.policy ~= '' and (redis.call('GET', policy_key) or '') ~= a.policy_was then
  return {'moved', a.policy}
end

for n, record in ipairs(a.kept) do
  local was = redis.call('HGET', KEYS[last + 2 * n - 1], record.id) or ''
  if was ~= record.was then return {'moved', record.id} end
end

if a.id ~= '' then
  local rev = redis.call('HGET', request_key, 'rev') or '0'
  if rev ~= a.expected_rev then return {'moved', rev} end
  if a.claim then
    for at = claimed, last do
      local holder = redis.call('GET', KEYS[at])
      if holder and holder ~= a.holders[at - claimed + 1] then return {'taken', holder} end
    end
  end
end

redis.call('SET', click_key, tostring(a.sequence), 'PX', a.click_ttl)
local place = redis.call('XADD', stream, '*', 'entry', a.entry)
redis.call('HSET', head_key, 'hash', a.hash, 'sequence', a.sequence)
if a.policy ~= '' then redis.call('SET', policy_key, a.policy) end
for n, record in ipairs(a.kept) do
  local book, entries = KEYS[last + 2 * n - 1], KEYS[last + 2 * n]
  if record.now == '' then redis.call('HDEL', book, record.id)
  else redis.call('HSET', book, record.id, record.now) end
  redis.call('RPUSH', entries, place)
  for _, key in ipairs({book, entries}) do
    local left = redis.call('PTTL', key)
    if left == -1 or record.expires - now > left then
      redis.call('PEXPIREAT', key, record.expires)
    end
  end
end
if a.id ~= '' then
  redis.call('HSET', request_key, 'rev', a.rev, 'document', a.document, 'seal', a.seal)
  redis.call('RPUSH', entries_key, place)
  redis.call('ZADD', dirty, now, a.card)
  if a.parent then
    redis.call('HSET', parent_results, a.id, a.result)
    if a.claim then redis.call('HDEL', parent_drafts, a.id) end -- nobody makes it again
    if a.told then redis.call('RPUSH', parent_entries, place) end
  else
    redis.call('ZADD', all_set, 'NX', now, a.id)
  end
  for at = 2, #ARGV, 2 do redis.call('HSET', drafts_key, ARGV[at], ARGV[at + 1]) end
  if a.open then
    redis.call('ZADD', open_set, a.deadline, a.id)
    redis.call('HSET', states, a.id, a.state)
  else
    redis.call('ZREM', open_set, a.id)
    redis.call('HDEL', states, a.id)
  end
  for at = claimed, last do
    if a.open and a.claim then redis.call('SET', KEYS[at], a.holders[at - claimed + 1]) end
    if not a.open and redis.call('GET', KEYS[at]) == a.holders[at - claimed + 1] then
      redis.call('DEL', KEYS[at])
    end
  end
  if a.outbox then redis.call('ZADD', outbox, 'NX', now, a.id) -- since when it waits
  else redis.call('ZREM', outbox, a.id) end
  if a.look ~= '' then
    if redis.call('HSET', looks, a.id, a.look) == 1 then
      redis.call('ZINCRBY', followed, 1, a.place)
    end
  elseif redis.call('HDEL', looks, a.id) == 1 then
    redis.call('ZINCRBY', followed, -1, a.place)
    redis.call('ZREMRANGEBYSCORE', followed, '-inf', 0)
  end
  if a.tend then
    redis.call('ZADD', tended, 'NX', now, a.card)
    redis.call('PEXPIRE', tended, 34560000000) -- 400 days: longer than anything is looked after
  end
  if a.decided then -- who was reminded is told
    redis.call('ZADD', agenda, 0, a.id)
    redis.call('PEXPIRE', agenda, a.agenda_life)
  end
  if a.review_by ~= '' then redis.call('ZADD', unreviewed, a.review_by, a.id)
  else redis.call('ZREM', unreviewed, a.id) end
end
for at, call in ipairs(a.calls) do -- by the microsecond, so that they keep their order
  redis.call('ZADD', bell, 'NX', time[1] * 1000000 + time[2] + at, call)
end
if #a.calls > 0 then redis.call('PEXPIRE', bell, a.bell_life) end
return {'done', tostring(a.sequence)}
