-- What has been deleted for long is looked for by when that was.

create index items_by_destruction on items (destroyed_at) where destroyed_at is not null;
create index lists_by_destruction on lists (destroyed_at) where destroyed_at is not null;
create index clients_by_last_push on clients (seen_at);
