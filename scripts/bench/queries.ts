// What the search figures ask: each kind of parameter, of order and of way from resource to resource, a page of 20.
import type { Volume } from './volume.ts';

/** A question, and the addresses that ask it of several patients, devices or values in turn. */
export interface Query {
  readonly name: string;
  readonly paths: readonly string[];
  /** Asks for the pages that come after the first, too. */
  readonly follow?: boolean;
  /** Also measured with 16 clients. */
  readonly main?: boolean;
  /** Costs what it counts, which is 64 times as much: shown, not held to the ratio. */
  readonly counts?: boolean;
}

const ASKED = 16;

export function queriesOf({ patients, devices, readings }: Volume): readonly Query[] {
  const spread = (ids: readonly string[]) =>
    Array.from({ length: ASKED }, (_, i) => ids[Math.floor((i + 0.5) * (ids.length / ASKED))]!);
  const each = (ids: readonly string[], path: (id: string) => string) => spread(ids).map(path);
  const one = (path: string) => [path];
  const page = '_count=20';
  const weight = 'code=http://loinc.org|29463-7';
  return [
    { name: 'read', paths: each(readings, (id) => `Observation/${id}`), main: true },
    { name: 'vread', paths: each(readings, (id) => `Observation/${id}/_history/1`) },
    {
      name: 'patient, newest first',
      paths: each(patients, (id) => `Observation?patient=${id}&_sort=-date&${page}`),
      main: true,
    },
    {
      name: 'patient and code',
      paths: each(patients, (id) => `Observation?patient=${id}&${weight}&_sort=-date&${page}`),
      main: true,
    },
    {
      name: 'patient and dates',
      paths: each(patients, (id) => `Observation?patient=${id}&date=ge2026-02-01&date=lt2026-06-01&_sort=date&${page}`),
      main: true,
    },
    {
      name: 'patient, _total=accurate',
      paths: each(patients, (id) => `Observation?patient=${id}&_total=accurate&${page}`),
    },
    { name: 'token', paths: one(`Observation?${weight}&${page}`), main: true },
    { name: 'token, newest first', paths: one(`Observation?${weight}&_sort=-date&${page}`), main: true },
    { name: 'token without system', paths: one(`Observation?code=8867-4&${page}`) },
    { name: 'token :not', paths: one(`Observation?code:not=29463-7&${page}`) },
    { name: 'token :text', paths: one(`Observation?code:text=glucose&${page}`) },
    { name: 'token :missing', paths: one(`Observation?value-quantity:missing=true&${page}`) },
    {
      name: 'identifier',
      paths: Array.from(
        { length: ASKED },
        (_, i) => `Observation?identifier=urn:example:reading|r-${i * 300 + 1}&${page}`,
      ),
      main: true,
    },
    { name: 'rare token', paths: one(`Observation?status=entered-in-error&${page}`) },
    {
      name: 'reference',
      paths: each(devices, (id) => `Observation?device=Device/${id}&_sort=-date&${page}`),
      main: true,
    },
    {
      name: 'date, a day',
      paths: Array.from({ length: ASKED }, (_, i) => `Observation?date=2026-03-${10 + i}&${page}`),
    },
    { name: 'date, from', paths: one(`Observation?date=ge2026-04-01&_sort=date&${page}`) },
    { name: 'date in a side table', paths: one(`Observation?value-date=2026-03-02&${page}`) },
    {
      name: '_lastUpdated, newest first',
      paths: one(`Observation?_lastUpdated=gt2026-01-01&_sort=-_lastUpdated&${page}`),
      main: true,
    },
    { name: 'quantity', paths: one(`Observation?value-quantity=gt80&${page}`) },
    { name: 'quantity with unit', paths: one(`Observation?value-quantity=72.4|http://unitsofmeasure.org|kg&${page}`) },
    { name: 'composite', paths: one(`Observation?code-value-quantity=http://loinc.org|29463-7$gt80&${page}`) },
    { name: 'composite of components', paths: one(`Observation?component-code-value-quantity=8480-6$gt170&${page}`) },
    { name: 'number', paths: one(`RiskAssessment?probability=gt0.5&${page}`) },
    { name: 'string', paths: one(`Patient?name=martin&${page}`), main: true },
    { name: 'string :exact', paths: one(`Patient?family:exact=Durand&${page}`) },
    { name: 'string :contains', paths: one(`Patient?name:contains=acharie&${page}`) },
    { name: 'words', paths: one(`Observation?_content=zanzibar&${page}`) },
    {
      name: 'uri',
      paths: one(`StructureDefinition?url=https://w3id.org/vigie/fhir/StructureDefinition/tls-patient&${page}`),
    },
    { name: 'sort by quantity', paths: one(`Observation?_sort=-value-quantity&${page}`) },
    { name: 'sort by name', paths: one(`Patient?_sort=family&${page}`) },
    { name: 'sort by code and date', paths: one(`Observation?_sort=code,-date&${page}`) },
    { name: 'sort by the _id', paths: one(`Observation?_sort=_id&${page}`) },
    {
      name: 'quantity in its order',
      paths: one(`Observation?value-quantity=gt110&_sort=value-quantity&${page}`),
    },
    {
      name: 'birth dates in their order',
      paths: one(`Patient?birthdate=ge1960&birthdate=lt1970&_sort=-birthdate&${page}`),
    },
    {
      name: 'code and quantity, newest',
      paths: one(`Observation?code=29463-7&value-quantity=lt70&_sort=-date&${page}`),
    },
    {
      name: 'patient, in order of values',
      paths: each(patients, (id) => `Observation?patient=${id}&_sort=value-quantity&${page}`),
    },
    {
      name: 'chain to a patient',
      paths: Array.from(
        { length: ASKED },
        (_, i) => `Observation?patient.identifier=urn:example:ipp|p-${i + 3}&${page}`,
      ),
      main: true,
    },
    { name: 'chain to many patients', paths: one(`Observation?patient.gender=female&${page}`) },
    {
      name: 'chain to a device',
      paths: Array.from(
        { length: ASKED },
        (_, i) => `Observation?device:Device.identifier=urn:example:serial|s-${i + 1}&${page}`,
      ),
    },
    { name: '_has, many', paths: one(`Patient?_has:Observation:patient:code=29463-7&${page}`) },
    { name: '_has, one', paths: one(`Device?_has:Observation:device:identifier=urn:example:reading|rare&${page}`) },
    {
      name: '_include',
      paths: each(
        patients,
        (id) => `Observation?patient=${id}&_include=Observation:device&_include=Observation:subject&${page}`,
      ),
      main: true,
    },
    { name: '_revinclude', paths: each(patients, (id) => `Patient?_id=${id}&_revinclude=Observation:subject&${page}`) },
    { name: '$everything', paths: each(patients, (id) => `Patient/${id}/$everything`), main: true },
    { name: '$lastn', paths: each(patients, (id) => `Observation/$lastn?patient=${id}&${weight}`) },
    { name: 'history of one', paths: each(readings, (id) => `Observation/${id}/_history`) },
    { name: 'history of a type', paths: one(`Observation/_history?${page}`) },
    { name: 'history of all', paths: one(`_history?${page}`) },
    { name: 'page after page', paths: one(`Observation?${weight}&_sort=-date&${page}`), follow: true, main: true },
    { name: '_total=accurate of a code', paths: one(`Observation?${weight}&_total=accurate&${page}`), counts: true },
    { name: '_summary=count', paths: one('Observation?_summary=count'), counts: true },
  ];
}
