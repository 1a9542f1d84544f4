-- Lists that were made and never written to are looked for by when they were made.

create index unused_lists_by_creation on lists (created_at) where version = 1;
