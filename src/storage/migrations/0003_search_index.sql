-- Indexes of searches that came after the foundation, and under which extraction the index rows were made.

-- From a reference back to what it names: tokens of references are this hash, masked by their parameter. Not of Observations
-- (type 96): they are many and seldom named, and each index costs their writes.
create index resource_hash on resource (type, uuid_hash_extended(id, 0)) where type <> 96;

-- Numbers that are ranges, found by their upper ends. By `hi - lo`, of which PostgreSQL keeps statistics here: of `hi > lo` it
-- can have none, and takes ranges for so many that it reads all points of a parameter instead.
create statistics search_number_width on (hi - lo) from search_number;
drop index search_number_span;
create index search_number_span on search_number (param, hi) where hi - lo > 0;
create index search_number_pair_span on search_number (pair, hi) where hi - lo > 0 and pair is not null;

-- Dates that span more than two days or are open, for searches in their order that look at ends.
create index search_date_long on search_date (param, hi)
where case when isfinite(lo) and isfinite(hi) then hi - lo > interval '2 days' else true end;
create statistics search_date_length on (case when isfinite(lo) and isfinite(hi) then hi - lo > interval '2 days' else true end)
from search_date;

-- One row. `search`: the version of what made the index rows, `reading`: of what made the readings and zones; 0 = not known.
-- While they are made anew for another version, `to_search` and `to_reading` are that version, and what stands before the
-- resource at `type, id, patient` in the order of resource_pk is done.
create table extraction (
  only_row boolean not null default true,
  search int not null default 0,
  reading int not null default 0,
  to_search int,
  to_reading int,
  type smallint,
  id uuid,
  patient int,
  constraint extraction_pk primary key (only_row),
  constraint extraction_one check (only_row)
);
-- Readings were made in one way so far.
insert into extraction (reading) values (1);
