-- Dates longer than a second, for searches in their order that look at ends: devices give instants, so few have an entry here.
create index resource_date_span on resource (type, date_lo)
where case when isfinite(date_lo) and isfinite(date_hi) then date_hi - date_lo > interval '1 second' else true end;
