-- The foundation: resources of every type, their search rows, the day ledger, uniqueness, billing.
-- Every key of clinical data carries the patient key, so that the same tables can be distributed by patient.
-- Text that is compared in order has the collation "C": the database may have been made with any locale.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

-- Patient keys: blocks of the server process, so that no key is ever given twice, whatever happens to a transaction.
create sequence patient_key increment by 16384 minvalue 1 maxvalue 2147450880 start with 1;

-- One row for each Patient ever stored. It stays when the Patient is deleted: keys are in use for ever.
create table patient (
  key int not null,
  id text collate "C" not null,
  zone text not null,
  constraint patient_pk primary key (key),
  constraint patient_id_uq unique (id)
);

-- Current states of every type. `content` is the exact JSON text.
-- `assigned` is the id as text when it is no canonical uuid; `id` is then a hash of it (version 8).
-- `date_lo`, `date_hi`: the parameter named `date` of the type, half-open; null = no date, infinite = open end.
create table resource (
  patient int not null,
  type smallint not null,
  id uuid not null,
  version int not null,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  method smallint not null,
  assigned text collate "C",
  content text not null,
  token bigint[] not null,
  constraint resource_pk primary key (type, id, patient)
)
-- Contents up to half a page stay as they are: compressing those of 2 to 4 kB doubles the time of a write.
with (
  toast_tuple_target = 4080,
  autovacuum_analyze_scale_factor = 0.02,
  autovacuum_vacuum_insert_scale_factor = 0.05
);
create index resource_updated on resource (type, updated, id);
create index resource_patient_date on resource (patient, type, date_lo);
create index resource_date on resource (type, date_lo);
-- A search reads the list of pending entries from end to end, 3 ms for 1 MB; a longer list makes writes no cheaper.
create index resource_token on resource using gin (token) with (fastupdate = on, gin_pending_list_limit = 1024);

-- Ids that clients gave (PUT to a new id): the same id cannot be made twice, not even under two patients.
create table assigned_id (
  type smallint not null,
  id text collate "C" not null,
  constraint assigned_id_pk primary key (type, id)
);

-- Past states, and deletions (content null). A deleted resource has no row in `resource`.
create table resource_history (
  patient int not null,
  type smallint not null,
  id uuid not null,
  version int not null,
  updated timestamptz not null,
  method smallint not null,
  assigned text collate "C",
  content text,
  constraint resource_history_pk primary key (type, id, version, patient)
);

-- In the three tables below `pair` is set where a composite parameter asks for the value: the hash of the coding that it
-- stands beside. Of several such codings each has a row.

-- Date parameters other than `date`; half-open, infinite = open. By their ends for searches that look at ends.
create table search_date (
  patient int not null,
  type smallint not null,
  id uuid not null,
  param int not null,
  lo timestamptz not null,
  hi timestamptz not null,
  pair bigint
);
create index search_date_value on search_date (param, lo, id);
create index search_date_end on search_date (param, hi, id);
create index search_date_pair on search_date (pair, lo, id) where pair is not null;
create index search_date_owner on search_date (type, id, param);

-- Normalised text, the first 255 characters of it; all of it in `rest` when it is longer. `exact`: hash of the text as sent;
-- null = only a part of a text, which is found and does not count for the order.
create table search_string (
  patient int not null,
  type smallint not null,
  id uuid not null,
  param int not null,
  value text collate "C" not null,
  exact int,
  rest text collate "C",
  pair bigint
);
create index search_string_value on search_string (param, value, id);
create index search_string_pair on search_string (pair, value, id) where pair is not null;
create index search_string_part on search_string using gin (value gin_trgm_ops);
create index search_string_rest on search_string using gin (rest gin_trgm_ops) where rest is not null;
create index search_string_owner on search_string (type, id, param);

-- Units of quantities, each once. The empty text stands for an absent part.
create table unit (
  key int generated always as identity,
  system text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  constraint unit_pk primary key (key),
  constraint unit_uq unique (system, code, unit)
);

-- Numbers and quantities as they are stored; lo < hi for what is a range (Range, `< 5`), whose open ends are infinite.
-- `unit` is null for a plain number.
create table search_number (
  patient int not null,
  type smallint not null,
  id uuid not null,
  param int not null,
  unit int,
  lo double precision not null,
  hi double precision not null,
  pair bigint
);
create index search_number_value on search_number (param, lo, id);
create index search_number_span on search_number (param, hi) where hi > lo;
create index search_number_pair on search_number (pair, lo, id) where pair is not null;
create index search_number_owner on search_number (type, id, param);

-- Words of narratives and other free texts, for those resources that have any.
create table search_text (
  patient int not null,
  type smallint not null,
  id uuid not null,
  words tsvector not null
);
create index search_text_words on search_text using gin (words);
create index search_text_owner on search_text (type, id);

-- Three tables of what was ever seen, which turn half of a token into whole ones. Rows stay when their resources go.

-- Codings and uris under a parameter, with their token.
create table coding (
  param int not null,
  code text collate "C" not null,
  system text collate "C" not null,
  hash bigint not null,
  constraint coding_pk primary key (param, code, system)
);
create index coding_system on coding (param, system);
create index coding_hash on coding (hash);

-- Which parameters have a value, one row for each combination; resources carry its token.
create table shape (
  token bigint not null,
  type smallint not null,
  places int[] not null,
  constraint shape_pk primary key (token)
);
create index shape_type on shape (type);

-- Texts of coded values: all those of a resource together have one token, which it carries.
create table wording (
  param int not null,
  value text collate "C" not null,
  token bigint not null,
  type smallint not null,
  words tsvector not null,
  constraint wording_pk primary key (param, value, token)
);
create index wording_words on wording using gin (words);

-- What is counted: `system|code` of Observation.code, and `category|code` of the categories of which any Observation counts.
create table measure (
  key int generated always as identity,
  name text collate "C" not null,
  constraint measure_pk primary key (key),
  constraint measure_name_uq unique (name)
);

-- Facts of Observations. `day` is local to the patient's zone; null when the date is imprecise or absent.
-- `imprecise`: the days that a year or a year and month may mean.
create table reading (
  patient int not null,
  id uuid not null,
  version int not null,
  day date,
  at timestamptz,
  ends boolean not null,
  final boolean not null,
  valued boolean not null,
  measures int[] not null,
  based_on uuid[],
  imprecise daterange,
  device text,
  assigned text collate "C",
  constraint reading_pk primary key (id, patient)
);
create index reading_patient_day on reading (patient, day);
create index reading_imprecise on reading (patient) where imprecise is not null;

-- The day ledger: on which days a patient has a counted reading (final, valued) of a measure. Made from `reading`.
-- One row for 32 days: `block` = days since 1970-01-01 divided by 32, bit i of `days` = the day i of the block.
-- `basis`: the prescription that the readings name; the zero uuid when they name none.
create table day_ledger (
  patient int not null,
  measure int not null,
  block int not null,
  days int not null,
  basis uuid not null,
  constraint day_ledger_pk primary key (patient, measure, basis, block),
  constraint day_ledger_some check (days <> 0)
) with (fillfactor = 70);

-- Searches of conditional creates that made a resource: of concurrent ones with the same search, one wins.
create table conditional_create (
  type smallint not null,
  digest bytea not null,
  id text collate "C" not null,
  query text not null,
  constraint conditional_create_pk primary key (type, digest)
);
create index conditional_create_id on conditional_create (type, id);

-- Windows in submitted claims: one forfait of a kind for one patient, indication and day (CSS R.162-98).
create table billed_window (
  patient int not null,
  pathology text collate "C" not null,
  forfait text collate "C" not null,
  days daterange not null,
  claim text collate "C" not null,
  constraint billed_window_forfait check (forfait in ('operator', 'technical')),
  constraint billed_window_once exclude using gist (patient with =, pathology with =, forfait with =, days with &&)
);
create index billed_window_claim on billed_window (claim);
