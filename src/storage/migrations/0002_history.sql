-- History over a type and over everything: past states by type and time, as resource_updated has the current ones.
create index resource_history_updated on resource_history (type, updated, id, version);
