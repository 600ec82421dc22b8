// The resources of a remote-monitoring case, as clients send them, are good R4.
import t from 'tap';
import { faultsOf, type Json } from './check.ts';

const B = 'https://w3id.org/vigie/fhir';
const extension = (id: string, value: Json): Json => ({ url: `${B}/StructureDefinition/${id}`, ...value });
const ours = (system: string, code: string): Json => ({ coding: [{ system: `${B}/CodeSystem/${system}`, code }] });
const to = (): Json => ({ reference: 'urn:uuid:0b6d6a3e-1b54-4c3e-9a53-5a86ab8f5d1f' });
const loinc = (code: string): Json => ({ coding: [{ system: 'http://loinc.org', code }] });
const UCUM = 'http://unitsofmeasure.org';
const euros = (value: number) => ({ value, currency: 'EUR' });

const resources: Readonly<Record<string, Json>> = {
  patient: {
    resourceType: 'Patient',
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'Indian/Reunion' }],
    identifier: [
      {
        use: 'official',
        type: { coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INS-NIR' }] },
        system: 'urn:oid:1.2.250.1.213.1.4.8',
        value: '000000000000000',
      },
    ],
    name: [{ use: 'official', family: 'ESSAI', given: ['Camille'] }],
    gender: 'female',
    birthDate: '1950-02-28',
    deceasedDateTime: '2026-01-05T10:00:00+04:00',
    address: [{ use: 'home', line: ['1 rue de la Mairie'], postalCode: '97400', country: 'FR' }],
  },
  coverage: {
    resourceType: 'Coverage',
    status: 'active',
    type: ours('tls-regime', 'general'),
    beneficiary: to(),
    payor: [{ display: 'Assurance maladie obligatoire' }],
    costToBeneficiary: [
      {
        valueQuantity: { value: 0, unit: '%', system: UCUM, code: '%' },
        exception: [{ type: ours('tls-exemption', 'ald'), period: { start: '2024-01-01' } }],
      },
    ],
  },
  consent: {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [loinc('59284-0')],
    patient: to(),
    dateTime: '2024-01-03',
    policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000046812694' }],
    provision: { type: 'deny', period: { start: '2024-02-01', end: '2024-02-10' } },
  },
  operator: {
    resourceType: 'Organization',
    identifier: [{ system: 'https://finess.esante.gouv.fr', value: '000000000' }],
    type: [ours('tls-operator-kind', 'es')],
    name: 'Opérateur',
  },
  dmn: {
    resourceType: 'Device',
    extension: [
      extension('tls-latm-line', {
        extension: [
          { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code: 'ic' } },
          { url: 'interest', valueCode: 'mortality' },
        ],
      }),
      extension('tls-ans-certificate', {
        extension: [
          { url: 'number', valueString: 'C-1' },
          { url: 'period', valuePeriod: { start: '2023-07-01', end: '2026-07-01' } },
        ],
      }),
      extension('tls-ce-marking', { valueCode: 'IIa' }),
    ],
    identifier: [{ system: 'https://exploitant.example/dmn', value: '1' }],
    udiCarrier: [{ deviceIdentifier: '03701234567890' }],
    status: 'active',
    manufacturer: 'Fabricant Exemple',
    deviceName: [{ name: 'DMN', type: 'user-friendly-name' }],
    version: [{ value: '4.2.0' }],
    owner: to(),
  },
  object: {
    resourceType: 'Device',
    identifier: [
      {
        type: {
          coding: [{ system: 'http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaDeviceIdentifiers', code: 'SYSID' }],
        },
        system: 'urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680',
        value: '00-11-22-33-44-55-66-77',
      },
    ],
    type: { coding: [{ system: 'urn:iso:std:iso:11073:10101', code: '65573' }] },
    specialization: [
      { systemType: { coding: [{ system: 'urn:iso:std:iso:11073:10101', code: '528399' }] }, version: '1' },
    ],
    patient: to(),
  },
  declaration: {
    resourceType: 'Contract',
    identifier: [{ system: 'https://ars.example/recepisse', value: '1' }],
    status: 'executed',
    issued: '2023-07-01',
    applies: { start: '2023-07-01' },
    subject: [to()],
    authority: [to()],
    type: ours('tls-contract-type', 'ars-declaration'),
    term: [{ topicCodeableConcept: ours('tls-activity', 'ic'), offer: { text: 'Activité déclarée : ic' } }],
  },
  agreement: {
    resourceType: 'Contract',
    status: 'executed',
    issued: '2023-07-01',
    subject: [to(), to()],
    type: ours('tls-contract-type', 'dmn-agreement'),
    topicReference: to(),
  },
  prescription: {
    resourceType: 'ServiceRequest',
    extension: [
      extension('tls-dmn-prescribed', { valueReference: to() }),
      extension('tls-monitoring-start', { valueDate: '2024-01-25' }),
      extension('tls-expected-transmission', { valueTiming: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }),
      extension('tls-operator-level', { valueDecimal: 2.5 }),
    ],
    replaces: [to()],
    status: 'active',
    intent: 'order',
    code: ours('tls-activity', 'ic'),
    subject: to(),
    occurrencePeriod: { start: '2024-01-25', end: '2024-07-24' },
    authoredOn: '2024-01-20',
    requester: to(),
    performer: [to()],
    reasonCode: [{ text: 'Insuffisance cardiaque' }],
    insurance: [to()],
    supportingInfo: [to()],
  },
  weight: {
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: loinc('29463-7'),
    subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '000000000000000' } },
    effectiveDateTime: '2024-01-25T08:00:00+01:00',
    valueQuantity: { value: 72.4, unit: 'kg', system: UCUM, code: 'kg' },
    device: to(),
  },
  pressure: {
    resourceType: 'Observation',
    status: 'final',
    code: loinc('85354-9'),
    subject: to(),
    basedOn: [to()],
    effectivePeriod: { start: '2024-01-25T08:00:00+01:00', end: '2024-01-25T08:05:00+01:00' },
    component: ['8480-6', '8462-4'].map((code) => ({
      code: loinc(code),
      valueQuantity: { value: 120, unit: 'mm[Hg]', system: UCUM, code: 'mm[Hg]' },
    })),
    performer: [to()],
  },
  answer: {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Fatigue' },
    subject: to(),
    effectiveDateTime: '2024-01',
    valueString: 'modérée',
  },
  absent: {
    resourceType: 'Observation',
    status: 'final',
    code: loinc('29463-7'),
    subject: to(),
    effectiveDateTime: '2024-01-25',
    dataAbsentReason: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'not-performed' }],
    },
  },
  claim: {
    resourceType: 'Claim',
    status: 'draft',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'professional' }] },
    use: 'claim',
    patient: to(),
    billablePeriod: { start: '2024-01-25', end: '2024-02-23' },
    created: '2024-02-24',
    provider: to(),
    priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    prescription: to(),
    insurance: [{ sequence: 1, focal: true, coverage: to() }],
    item: [
      {
        extension: [
          extension('tls-share', {
            extension: [
              { url: 'amo', valueMoney: euros(16.8) },
              { url: 'amc', valueMoney: euros(11.2) },
            ],
          }),
        ],
        sequence: 1,
        productOrService: ours('tls-forfait', 'TVA'),
        servicedPeriod: { start: '2024-01-25', end: '2024-02-23' },
        quantity: { value: 1 },
        unitPrice: euros(28),
        factor: 1,
        net: euros(28),
      },
    ],
    total: euros(28),
  },
};

for (const [what, resource] of Object.entries(resources)) {
  t.test(what, async (t) => {
    t.same(faultsOf(resource), []);
    t.same(
      faultsOf({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource, request: { method: 'POST', url: resource.resourceType, ifNoneExist: 'identifier=a|1' } }],
      }),
      [],
      'in a transaction',
    );
  });
}
