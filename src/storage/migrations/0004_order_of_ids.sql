-- Ids that clients gave, in their order: what the server gave is in order by `id`.
create index resource_assigned on resource (type, assigned) where assigned is not null;
