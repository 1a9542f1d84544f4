-- A replaced link stays on record for a while, so that who comes by it learns why it leads nowhere.

alter table links add column replaced_at bigint;
create index replaced_links on links (replaced_at) where replaced_at is not null;

-- Counts the replacements of a list's links: a write by a link that was looked up before one is refused.
alter table lists add column links_version bigint not null default 0;

-- A deleted list keeps its content until it is pruned. What was deleted before that was so has lost some.
alter table lists add column is_swept integer not null default 0;
update lists set is_swept = 1 where destroyed_at is not null;
