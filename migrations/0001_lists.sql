-- Text, bigint and integer only, so that SQLite and PostgreSQL both take it. Ids are UUIDs as text,
-- times are milliseconds since 1970, truth is 0 or 1. Every key begins with the list.

create table lists (
    id text primary key,
    title text not null,
    -- The version of the newest change in the list's channel.
    version bigint not null,
    -- The version of the last change of the list itself.
    list_version bigint not null,
    -- Tombstones up to this version were removed.
    pruned bigint not null default 0,
    -- Counts the transactions that wrote to the list: so a writer that has the list in memory knows
    -- whether another one was there since.
    revision bigint not null default 0,
    created_at bigint not null,
    updated_at bigint not null,
    destroyed_at bigint
);

create table links (
    token text primary key,
    list_id text not null references lists (id),
    access text not null check (access in ('write', 'read'))
);

create index links_of_list on links (list_id);

create table items (
    list_id text not null references lists (id),
    id text not null,
    shortdesc text not null,
    longdesc text,
    isdone integer not null default 0,
    -- Compared byte by byte, which a collation may not do: so it is never ordered by in SQL.
    position text not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- Set on a tombstone.
    destroyed_at bigint,
    primary key (list_id, id)
);

-- No two rows of a list were last changed by the same version, and catching up reads by it.
create unique index items_by_version on items (list_id, version);

create table clients (
    list_id text not null references lists (id),
    client_id text not null,
    -- The last mutation that was taken.
    acked bigint not null,
    -- The refusals that the client may not have heard of, as JSON.
    rejected text not null,
    seen_at bigint not null,
    primary key (list_id, client_id)
);
