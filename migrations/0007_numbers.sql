-- Which mutations a client sent under which numbers, as JSON: what tells a repetition from another
-- mutation under the same number.

alter table clients add column numbers text not null default '{}';
