-- One row: which history this database holds.

create table history (
    id integer primary key check (id = 1),
    -- Names the history. It changes when a backup is put back, so that a client that knows the replaced
    -- history notices.
    epoch text not null,
    -- Counts the transactions that wrote.
    commits bigint not null
);
