-- Whether items of the list have versions beyond its own: they were written a few at a time, and are shown
-- all at once, when the list's version moves.

alter table lists add column staging integer not null default 0;
create index staging_lists on lists (id) where staging <> 0;
