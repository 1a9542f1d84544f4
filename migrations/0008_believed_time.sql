-- The latest time by which anything was forgotten: a clock that jumps ahead is believed slowly.

alter table history add column believed bigint;
