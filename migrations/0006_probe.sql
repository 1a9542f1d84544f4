-- One row that is written to find out whether the store can be.

create table probes (
    id integer primary key,
    probed_at bigint not null
);
