// How many statements a search sends: each costs a tenth of a millisecond, and a session while it runs.
import t from 'tap';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { search, searchCompartment, searchSystem } from '../../../src/fhir/interactions/search.ts';
import type { FhirRequest, FhirService } from '../../../src/fhir/service.ts';
import { countAnew, statementsSent } from '../../helpers/statements.ts';
import { REALM } from './realm.ts';
import { BASE, clock, definitions, worldStore } from './world.ts';

const store = await worldStore(t, REALM);
const service = {
  store,
  clock,
  definitions,
  extractor: createExtractor(definitions, { base: BASE }),
} as unknown as FhirService;

async function statements(type: string, query: string): Promise<number> {
  const request: FhirRequest = {
    base: BASE,
    language: 'en',
    query: [...new URLSearchParams(query)],
    prefer: undefined,
  };
  const [, owner, id, inner] = /^(\w+)\/(\w+)\/(.+)$/.exec(type) ?? [];
  const ask = () =>
    type === ''
      ? searchSystem(service, request)
      : owner === undefined
        ? search(service, type, request)
        : searchCompartment(service, { type: owner, id: id! }, inner!, request);
  // The second time: sessions are open, patients known.
  await ask();
  countAnew();
  await ask();
  return statementsSent();
}

const LINES: readonly (readonly [type: string, query: string, statements: number, why: string])[] = [
  ['Observation', '', 1, 'the page'],
  ['Observation', 'code=http://loinc.org|29463-7&status=final&date=ge2024&_sort=-date', 1, 'the page'],
  ['Observation', 'patient=ada', 1, 'its key is known'],
  ['Observation', 'code=29463-7', 2, 'the systems of the code, the page'],
  [
    'Observation',
    'code=29463-7&code:text=poids&value-quantity:missing=false&category=x',
    2,
    'all halves together, the page',
  ],
  ['Observation', 'status:not=final', 2, 'the shapes without a status, the page'],
  ['Observation', 'value-quantity=72.4|http://unitsofmeasure.org|kg', 2, 'the units there are, the page'],
  ['Observation', 'patient.organization.partof.name=groupe', 1, 'however deep the chain'],
  ['Patient', '_has:Observation:patient:_has:Provenance:target:agent=Practitioner/roux', 1, 'however deep'],
  ['Observation', 'component-code-value-quantity=http://loinc.org|8480-6$gt100', 1, 'the page'],
  ['Patient', 'name=martin', 1, 'the page'],
  ['Patient', '_content=martin OR zoe', 2, 'the wordings, the page'],
  ['Patient', '_list=list', 2, 'the list, the page'],
  ['Observation', 'subject=ward', 3, 'whether several types have the id, whether it is a patient, the page'],
  ['Observation', '_sort=status', 2, 'the codes, the page'],
  ['Observation', '_total=accurate', 2, 'the page, the count'],
  ['Observation', '_summary=count', 1, 'the count'],
  ['Observation', '_include=Observation:patient&_include=Observation:device', 2, 'the page, all that it includes'],
  ['Observation', '_include=Observation:patient&_include:iterate=Patient:organization', 3, 'the page, and one a round'],
  ['Patient', '_revinclude=Observation:patient', 3, 'the page, the types there are, what names it'],
  ['Patient', '_revinclude=*', 3, 'all types in one'],
  ['', '_type=Patient,Observation', 1, 'all types in one'],
  ['', '_lastUpdated=gt2024', 2, 'the types there are, the page'],
  ['Patient/ada/*', '', 2, 'the types there are, the page'],
];

t.test('the number of statements is what it is said to be', async (t) => {
  for (const [type, query, wanted, why] of LINES)
    t.equal(await statements(type, query), wanted, `${type}?${query}: ${why}`);
});
