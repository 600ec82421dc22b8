// One good instance of each profile, as small as the profile allows or a little richer.

export const B = 'https://w3id.org/vigie/fhir';
export type Json = Record<string, unknown>;

const claiming = (id: string, resource: Json): Json => ({
  ...resource,
  meta: { profile: [`${B}/StructureDefinition/${id}`] },
});
const extension = (id: string, value: Json): Json => ({ url: `${B}/StructureDefinition/${id}`, ...value });
const coded = (system: string, code: string): Json => ({ coding: [{ system, code }] });
const ours = (system: string, code: string): Json => coded(`${B}/CodeSystem/${system}`, code);
const euros = (value: number): Json => ({ value, currency: 'EUR' });

const FR_TYPES = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';
const MDC = 'urn:iso:std:iso:11073:10101';
const UCUM = 'http://unitsofmeasure.org';

const claim = (id: string, forfait: string, provider: string, product: Json, unitPrice: number): Json =>
  claiming(id, {
    resourceType: 'Claim',
    status: 'active',
    type: ours('tls-forfait', forfait),
    use: 'claim',
    patient: { reference: 'Patient/p1' },
    billablePeriod: { start: '2026-01-05', end: '2026-02-03' },
    created: '2026-02-04',
    provider: { reference: provider },
    priority: coded('http://terminology.hl7.org/CodeSystem/processpriority', 'normal'),
    prescription: { reference: 'urn:uuid:6f1d1f0e-6f7e-4c4e-9c55-2b1d9c3b7a10' },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/c1' } }],
    item: [
      {
        sequence: 1,
        extension: [
          extension('tls-share', {
            extension: [
              { url: 'amo', valueMoney: euros(16.8) },
              { url: 'amc', valueMoney: euros(11.2) },
            ],
          }),
        ],
        productOrService: product,
        servicedPeriod: { start: '2026-01-05', end: '2026-02-03' },
        quantity: { value: 1 },
        unitPrice: euros(unitPrice),
        factor: 1,
        net: euros(unitPrice),
      },
    ],
    total: euros(unitPrice),
  });

/** By profile id; a fresh copy each time. */
export const instances: Readonly<Record<string, () => Json>> = {
  'tls-patient': () =>
    claiming('tls-patient', {
      resourceType: 'Patient',
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'Indian/Reunion' }],
      identifier: [
        {
          use: 'usual',
          type: coded('http://terminology.hl7.org/CodeSystem/v2-0203', 'PI'),
          system: 'https://hopital.example/ipp',
          value: '1',
        },
        {
          use: 'official',
          type: coded(FR_TYPES, 'INS-NIR'),
          system: 'urn:oid:1.2.250.1.213.1.4.8',
          value: '260058815400233',
        },
      ],
      name: [
        { use: 'official', family: 'ESSAI', given: ['Camille'] },
        { use: 'usual', text: 'Camille Essai' },
      ],
      gender: 'female',
      birthDate: '1952-04-12',
      deceasedDateTime: '2026-03-04',
      address: [{ postalCode: '97400', country: 'FR' }],
    }),
  'tls-prescription': () =>
    claiming('tls-prescription', {
      resourceType: 'ServiceRequest',
      extension: [
        extension('tls-dmn-prescribed', { valueReference: { reference: 'Device/d1' } }),
        extension('tls-monitoring-start', { valueDate: '2026-01-05' }),
        extension('tls-monitoring-end', { valueDate: '2026-03-05' }),
        extension('tls-expected-transmission', {
          valueTiming: { repeat: { frequency: 3, period: 1, periodUnit: 'wk' } },
        }),
        extension('tls-operator-level', { valueDecimal: 2.5 }),
      ],
      replaces: [{ reference: 'ServiceRequest/r0' }],
      status: 'active',
      intent: 'order',
      code: ours('tls-activity', 'ic'),
      subject: { reference: 'Patient/p1' },
      occurrencePeriod: { start: '2026-01-05', end: '2026-07-04' },
      authoredOn: '2026-01-02',
      requester: { reference: 'Practitioner/m1' },
      performer: [{ reference: 'Organization/o1' }],
      reasonCode: [{ text: 'Insuffisance cardiaque' }],
      insurance: [{ reference: 'Coverage/c1' }],
      supportingInfo: [{ reference: 'Observation/w1' }],
    }),
  'tls-dmn': () =>
    claiming('tls-dmn', {
      resourceType: 'Device',
      extension: [
        extension('tls-latm-line', {
          extension: [
            { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code: 'ic' } },
            { url: 'individualCode', valueCode: '1699999' },
            { url: 'interest', valueCode: 'organisational' },
          ],
        }),
        extension('tls-ans-certificate', {
          extension: [
            { url: 'number', valueString: 'CERT-1' },
            { url: 'period', valuePeriod: { start: '2025-01-01', end: '2028-12-31' } },
          ],
        }),
        extension('tls-ce-marking', { valueCode: 'IIa' }),
      ],
      udiCarrier: [{ deviceIdentifier: '03701234567890' }],
      status: 'active',
      manufacturer: 'Fabricant Exemple',
      deviceName: [{ name: 'DMN Exemple', type: 'user-friendly-name' }],
      version: [{ value: '4.2.0' }],
      owner: { reference: 'Organization/e1' },
    }),
  'tls-object': () =>
    claiming('tls-object', {
      resourceType: 'Device',
      identifier: [
        {
          type: coded('http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaDeviceIdentifiers', 'SYSID'),
          system: 'urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680',
          value: 'FE-ED-AB-EE-DE-AD-77-C3',
        },
      ],
      manufacturer: 'Fabricant Exemple',
      modelNumber: 'Balance',
      type: coded(MDC, '65573'),
      specialization: [{ systemType: coded(MDC, '528399'), version: '1' }],
      patient: { reference: 'Patient/p1' },
    }),
  'tls-observation': () =>
    claiming('tls-observation', {
      resourceType: 'Observation',
      status: 'final',
      category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs')],
      code: coded('http://loinc.org', '29463-7'),
      subject: { reference: 'Patient/p1' },
      basedOn: [{ reference: 'ServiceRequest/r1' }],
      effectiveDateTime: '2026-01-05T08:00:00+01:00',
      valueQuantity: { value: 72.4, unit: 'kg', system: UCUM, code: 'kg' },
      device: { reference: 'Device/s1' },
    }),
  'tls-operator': () =>
    claiming('tls-operator', {
      resourceType: 'Organization',
      identifier: [
        {
          use: 'official',
          type: coded(FR_TYPES, 'FINEG'),
          system: 'https://finess.esante.gouv.fr',
          value: '350005179',
        },
      ],
      type: [ours('tls-operator-kind', 'es'), { text: 'CHU' }],
      name: 'Opérateur',
    }),
  'tls-exploitant': () =>
    claiming('tls-exploitant', {
      resourceType: 'Organization',
      identifier: [{ type: coded(FR_TYPES, 'SIRET'), system: 'https://sirene.fr', value: '12345678200010' }],
      name: 'Exploitant',
    }),
  'tls-ars-declaration': () =>
    claiming('tls-ars-declaration', {
      resourceType: 'Contract',
      identifier: [{ system: 'https://ars.example/recepisse', value: '1' }],
      status: 'executed',
      issued: '2025-10-01',
      applies: { start: '2025-10-01' },
      subject: [{ reference: 'Organization/o1' }],
      authority: [{ reference: 'Organization/ars' }],
      type: ours('tls-contract-type', 'ars-declaration'),
      term: [{ topicCodeableConcept: ours('tls-activity', 'ic'), offer: { text: 'Insuffisance cardiaque' } }],
    }),
  'tls-dmn-agreement': () =>
    claiming('tls-dmn-agreement', {
      resourceType: 'Contract',
      status: 'executed',
      issued: '2025-11-01',
      subject: [{ reference: 'Organization/o1' }, { reference: 'Organization/e1' }],
      type: ours('tls-contract-type', 'dmn-agreement'),
      topicReference: { reference: 'Device/d1' },
    }),
  'tls-delegation': () =>
    claiming('tls-delegation', {
      resourceType: 'Contract',
      status: 'executed',
      issued: '2025-11-01',
      subject: [{ reference: 'Organization/o1' }, { reference: 'Organization/t1' }],
      type: ours('tls-contract-type', 'delegation'),
      term: [
        { type: ours('tls-contract-term', 'non-medical-task'), offer: { text: 'Appels aux patients' } },
        { type: ours('tls-contract-term', 'remote-only'), offer: { text: 'À distance uniquement' } },
      ],
    }),
  'tls-cooperation-protocol': () =>
    claiming('tls-cooperation-protocol', {
      resourceType: 'Contract',
      status: 'executed',
      issued: '2025-11-01',
      subject: [{ reference: 'Organization/o1' }],
      type: ours('tls-contract-type', 'cooperation-protocol'),
      term: [
        {
          type: ours('tls-contract-term', 'medical-task'),
          offer: { text: 'Analyse des alertes' },
          action: [
            {
              type: { text: 'Analyse des alertes' },
              intent: { text: 'Délégation' },
              status: { text: 'En vigueur' },
              performer: { reference: 'PractitionerRole/n1' },
            },
          ],
        },
      ],
    }),
  'tls-consent': () =>
    claiming('tls-consent', {
      resourceType: 'Consent',
      status: 'active',
      scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
      category: [coded('http://loinc.org', '59284-0')],
      patient: { reference: 'Patient/p1' },
      dateTime: '2026-01-20',
      policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000046812694' }],
      provision: { type: 'deny', period: { start: '2026-01-20' } },
    }),
  'tls-coverage': () =>
    claiming('tls-coverage', {
      resourceType: 'Coverage',
      status: 'active',
      type: ours('tls-regime', 'general'),
      beneficiary: { reference: 'Patient/p1' },
      payor: [{ display: 'Assurance maladie obligatoire' }],
      costToBeneficiary: [
        {
          valueQuantity: { value: 0, unit: '%', system: UCUM, code: '%' },
          exception: [{ type: ours('tls-exemption', 'ald'), period: { start: '2024-01-01' } }],
        },
      ],
    }),
  'tls-claim-operator': () =>
    claim('tls-claim-operator', 'operator', 'Organization/o1', ours('tls-forfait', 'TVB'), 28),
  'tls-claim-technical': () =>
    claim('tls-claim-technical', 'technical', 'Organization/e1', ours('tls-latm-code', '1699999'), 50),
};
