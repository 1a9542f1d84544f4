-- Secrets that the server has made for itself, and that all servers of the database share.

create table secrets (
    name text primary key,
    value text not null
);
