-- A section is an item that is a heading; a date is a day without a time zone, as 2026-11-24.

alter table items add column issection integer not null default 0;
alter table items add column due text;
