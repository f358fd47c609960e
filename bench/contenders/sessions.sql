insert into sessions (session_id, source_id, name, provider, status, since, seq, state, tally, created_at, updated_at, pulse)
select md5('bench-' || n)::uuid, md5('source')::uuid, 'bench-' || n, 'waha', 'connected', now(), 1, '{}', '{}', now(), now(), '[0,0,0,0,0]'
from generate_series(0, 199) as n on conflict do nothing;
