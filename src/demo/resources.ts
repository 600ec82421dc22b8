// FHIR resources of a cohort, in the profiles of the house and the formats of the field.
import type { AnyResource } from '../fhir/service.ts';
import { addDays, addYears, day as toDay } from '../kernel/day.ts';
import type { Cohort, Measure, PatientRecipe, PrescriptionRecipe } from './recipe.ts';

const B = 'https://w3id.org/vigie/fhir';
const FR_TYPES = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';
const UCUM = 'http://unitsofmeasure.org';
const LOINC = 'http://loinc.org';
const MDC = 'urn:iso:std:iso:11073:10101';
const SYSID = 'urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680';
/** INS-NIR of demonstration patients (fr.core 2.2.0). */
export const INS_DEMO = 'urn:oid:1.2.250.1.213.1.4.11';

const profile = (id: string) => `${B}/StructureDefinition/${id}`;
const meta = (id: string) => ({ profile: [profile(id)] });
const concept = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const ours = (system: string, code: string) => concept(`${B}/CodeSystem/${system}`, code);
const ref = (reference: string) => ({ reference });
type Refs = (key: string) => string;
type Draft = Record<string, unknown> & { resourceType: string };
const made = (d: Draft): AnyResource => d as unknown as AnyResource;

export function operator(o: Cohort['operators'][number]): AnyResource {
  return made({
    resourceType: 'Organization',
    meta: meta('tls-operator'),
    identifier: [
      { use: 'official', type: concept(FR_TYPES, 'FINEG'), system: 'https://finess.esante.gouv.fr', value: o.finess },
    ],
    active: true,
    type: [ours('tls-operator-kind', o.kind)],
    name: o.name,
  });
}

export function exploitant(e: Cohort['exploitants'][number]): AnyResource {
  return made({
    resourceType: 'Organization',
    meta: meta('tls-exploitant'),
    identifier: [{ use: 'official', type: concept(FR_TYPES, 'SIRET'), system: 'https://sirene.fr', value: e.siret }],
    active: true,
    name: e.name,
  });
}

export function prescriber(): AnyResource {
  return made({
    resourceType: 'Practitioner',
    identifier: [
      { use: 'official', type: concept(FR_TYPES, 'RPPS'), system: 'https://rpps.esante.gouv.fr', value: '10000000009' },
    ],
    name: [{ use: 'official', family: 'DEMONSTRATION', given: ['Prescripteur'] }],
  });
}

export function ars(): AnyResource {
  return made({ resourceType: 'Organization', active: true, name: 'Agence régionale de santé (démonstration)' });
}

export function dmn(d: Cohort['dmns'][number], today: string, refs: Refs): AnyResource {
  const lines = d.lines.map((line) => ({
    url: profile('tls-latm-line'),
    extension: [
      { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code: line.activity } },
      ...(line.individualCode === undefined ? [] : [{ url: 'individualCode', valueCode: line.individualCode }]),
      ...(line.interest === undefined ? [] : [{ url: 'interest', valueCode: line.interest }]),
    ],
  }));
  const from = addYears(toDay(today), -2);
  return made({
    resourceType: 'Device',
    meta: meta('tls-dmn'),
    extension: [
      ...lines,
      {
        url: profile('tls-ans-certificate'),
        extension: [
          { url: 'number', valueString: `ANS-DEMO-${d.key}` },
          { url: 'period', valuePeriod: { start: from, end: addYears(from, 5) } },
        ],
      },
      { url: profile('tls-ce-marking'), valueCode: 'IIa' },
    ],
    identifier: [{ system: 'https://exploitant.example/dmn', value: d.key }],
    status: 'active',
    manufacturer: 'Fabricant Exemple',
    deviceName: [{ name: d.name, type: 'user-friendly-name' }],
    version: [{ value: '1.0' }],
    owner: ref(refs(`exploitant:${d.exploitant}`)),
  });
}

export function declaration(
  operatorKey: string,
  activities: readonly string[],
  issued: string,
  refs: Refs,
): AnyResource {
  return made({
    resourceType: 'Contract',
    meta: meta('tls-ars-declaration'),
    identifier: [{ system: 'https://ars.example/recepisse', value: operatorKey }],
    status: 'executed',
    issued,
    applies: { start: issued },
    subject: [ref(refs(`operator:${operatorKey}`))],
    authority: [ref(refs('ars'))],
    type: ours('tls-contract-type', 'ars-declaration'),
    term: activities.map((a) => ({
      topicCodeableConcept: ours('tls-activity', a),
      offer: { text: `Activité déclarée : ${a}` },
    })),
  });
}

export function agreement(operatorKey: string, d: Cohort['dmns'][number], signed: string, refs: Refs): AnyResource {
  return made({
    resourceType: 'Contract',
    meta: meta('tls-dmn-agreement'),
    identifier: [{ system: 'https://exploitant.example/convention', value: `${operatorKey}-${d.key}` }],
    status: 'executed',
    issued: signed,
    applies: { start: signed },
    subject: [ref(refs(`operator:${operatorKey}`)), ref(refs(`exploitant:${d.exploitant}`))],
    type: ours('tls-contract-type', 'dmn-agreement'),
    topicReference: ref(refs(`dmn:${d.key}`)),
  });
}

export function patient(p: PatientRecipe, ins: string, today: string): AnyResource {
  return made({
    resourceType: 'Patient',
    meta: meta('tls-patient'),
    identifier: [
      { use: 'official', type: concept(FR_TYPES, 'INS-NIR-DEMO'), system: INS_DEMO, value: ins },
      {
        use: 'usual',
        type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'PI'),
        system: 'https://hopital.example/ipp',
        value: p.key,
      },
    ],
    active: true,
    name: [{ use: 'official', family: p.family, given: [p.given] }],
    gender: p.gender,
    birthDate: p.birthDate,
    ...(p.deceased === undefined ? {} : { deceasedDateTime: addDays(toDay(today), p.deceased) }),
    address: [{ use: 'home', city: 'Ville', postalCode: p.postalCode, country: 'FR' }],
  });
}

export function coverage(p: PatientRecipe, refs: Refs): AnyResource {
  const exception =
    p.exemption === undefined
      ? []
      : [{ type: ours('tls-exemption', p.exemption.code), period: { start: '2020-01-01' } }];
  return made({
    resourceType: 'Coverage',
    meta: meta('tls-coverage'),
    status: 'active',
    type: ours('tls-regime', 'general'),
    beneficiary: ref(refs(`patient:${p.key}`)),
    payor: [{ display: 'Assurance maladie obligatoire' }],
    ...(exception.length === 0
      ? {}
      : { costToBeneficiary: [{ valueQuantity: { value: 0, unit: '%', system: UCUM, code: '%' }, exception }] }),
  });
}

export function refusal(p: PatientRecipe, from: string, refs: Refs): AnyResource {
  return made({
    resourceType: 'Consent',
    meta: meta('tls-consent'),
    status: 'active',
    scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
    category: [concept(LOINC, '59284-0')],
    patient: ref(refs(`patient:${p.key}`)),
    dateTime: from,
    policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000046812694' }],
    provision: { type: 'deny', period: { start: from } },
  });
}

export function prescription(
  p: PatientRecipe,
  rx: PrescriptionRecipe,
  n: number,
  today: string,
  refs: Refs,
): AnyResource {
  const start = addDays(toDay(today), rx.start);
  return made({
    resourceType: 'ServiceRequest',
    meta: meta('tls-prescription'),
    extension: [
      { url: profile('tls-dmn-prescribed'), valueReference: ref(refs(`dmn:${rx.dmn}`)) },
      ...(rx.transmission === undefined
        ? []
        : [{ url: profile('tls-expected-transmission'), valueTiming: { repeat: rx.transmission } }]),
      ...(rx.level === undefined ? [] : [{ url: profile('tls-operator-level'), valueDecimal: rx.level }]),
    ],
    identifier: [{ system: 'https://hopital.example/ordonnance', value: `${p.key}-${n}` }],
    ...(n === 0 ? {} : { replaces: [ref(refs(`prescription:${p.key}:${n - 1}`))] }),
    status: 'active',
    intent: 'order',
    code: ours('tls-activity', rx.activity),
    subject: ref(refs(`patient:${p.key}`)),
    occurrencePeriod: { start, end: addDays(start, rx.days - 1) },
    authoredOn: addDays(start, -5),
    requester: ref(refs('prescriber')),
    performer: [ref(refs(`operator:${rx.operator}`))],
    reasonCode: [{ text: `Télésurveillance : ${rx.activity}` }],
    insurance: [ref(refs(`coverage:${p.key}`))],
    supportingInfo: [ref(refs(`weight:${p.key}`))],
  });
}

interface MeasureForm {
  readonly code: readonly [code: string, display: string];
  readonly category: string;
  /** Profile of ANS's *mesures* guide that a connected object would name, when there is one. */
  readonly mesures?: string;
  readonly object: readonly [specialization: string, model: string];
  readonly value: (spread: number) => Record<string, unknown>;
}

const quantity = (value: number, unit: string, code = unit) => ({ valueQuantity: { value, unit, system: UCUM, code } });
const round = (n: number, places: number) => Number(n.toFixed(places));
const MESURES = 'https://interop.esante.gouv.fr/ig/fhir/mesures/StructureDefinition';

/** `spread` runs from 0 to 1: values stay plausible and differ. */
export const MEASURES: Readonly<Record<Measure, MeasureForm>> = {
  weight: {
    code: ['29463-7', 'Body weight'],
    category: 'vital-signs',
    mesures: `${MESURES}/mesures-fr-observation-body-weight`,
    object: ['528399', 'Balance'],
    value: (s) => quantity(round(70 + 4 * s, 1), 'kg'),
  },
  spo2: {
    code: ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
    category: 'vital-signs',
    object: ['528388', 'Oxymètre'],
    value: (s) => quantity(Math.round(90 + 7 * s), '%'),
  },
  ventilator: {
    code: ['VENTILATOR', ''],
    category: 'vital-signs',
    object: ['528408', 'Ventilateur'],
    value: (s) => quantity(round(5 + 4 * s, 1), 'h'),
  },
  'glucose-mmol': {
    code: ['14743-9', 'Glucose [Moles/volume] in Capillary blood by Glucometer'],
    category: 'vital-signs',
    object: ['528401', 'Lecteur de glycémie'],
    value: (s) => quantity(round(5 + 5 * s, 1), 'mmol/L'),
  },
  'glucose-mg': {
    code: ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma'],
    category: 'vital-signs',
    mesures: `${MESURES}/mesures-observation-glucose`,
    object: ['528401', 'Lecteur de glycémie'],
    value: (s) => quantity(Math.round(90 + 90 * s), 'mg/dL'),
  },
  'blood-pressure': {
    code: ['85354-9', 'Blood pressure panel with all children optional'],
    category: 'vital-signs',
    mesures: `${MESURES}/mesures-fr-observation-bp`,
    object: ['528391', 'Tensiomètre'],
    value: (s) => ({
      component: [
        {
          code: concept(LOINC, '8480-6', 'Systolic blood pressure'),
          ...quantity(Math.round(115 + 25 * s), 'mmHg', 'mm[Hg]'),
        },
        {
          code: concept(LOINC, '8462-4', 'Diastolic blood pressure'),
          ...quantity(Math.round(70 + 15 * s), 'mmHg', 'mm[Hg]'),
        },
      ],
    }),
  },
  questionnaire: {
    code: ['72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported'],
    category: 'survey',
    object: ['528457', 'Application'],
    value: (s) => ({ valueInteger: Math.round(6 * s) }),
  },
};

/** A connected object as IEEE 11073 describes it (HL7 PhdDevice). */
export function object(p: PatientRecipe, measure: Measure, patientRef: string): AnyResource {
  const form = MEASURES[measure];
  return made({
    resourceType: 'Device',
    meta: meta('tls-object'),
    identifier: [sysid(p.key, form.object[0])],
    status: 'active',
    manufacturer: 'Fabricant Exemple',
    modelNumber: form.object[1],
    type: concept(MDC, '65573'),
    specialization: [{ systemType: concept(MDC, form.object[0]), version: '1' }],
    patient: ref(patientRef),
  });
}

/** The SYSID of a patient's object: 8 bytes made of its names, so that a replay names the same object. */
export function sysid(key: string, specialization: string): Record<string, unknown> {
  let h = 0x811c9dc5;
  const bytes: string[] = [];
  for (const c of `${key}/${specialization}/sysid`.padEnd(24, '.')) {
    h = Math.imul(h ^ c.charCodeAt(0), 0x01000193) >>> 0;
    bytes.push((h >>> 24).toString(16).padStart(2, '0').toUpperCase());
  }
  return {
    type: concept('http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaDeviceIdentifiers', 'SYSID'),
    system: SYSID,
    value: bytes.slice(-8).join('-'),
  };
}

export interface ReadingForm {
  readonly measure: Measure;
  readonly at: string;
  readonly spread: number;
  readonly subject: Record<string, unknown>;
  readonly device?: string;
  readonly profiles: readonly string[];
  readonly performer?: string;
}

/** One Observation. `ventilator` is the coding that the law counts as ventilator use. */
export function reading(r: ReadingForm, ventilator: { system: string; code: string; display?: string }): AnyResource {
  const form = MEASURES[r.measure];
  const [code, display] = form.code;
  return made({
    resourceType: 'Observation',
    ...(r.profiles.length === 0 ? {} : { meta: { profile: [...r.profiles] } }),
    status: 'final',
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', form.category)],
    code: r.measure === 'ventilator' ? { coding: [ventilator] } : concept(LOINC, code, display),
    subject: r.subject,
    effectiveDateTime: r.at,
    ...(r.performer === undefined ? {} : { performer: [ref(r.performer)] }),
    ...form.value(r.spread),
    ...(r.device === undefined ? {} : { device: ref(r.device) }),
  });
}
