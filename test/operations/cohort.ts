// Resources of follow-ups in the shapes of the contract, sent as one transaction. Everything has a default that makes a
// window billable; a test changes the one thing that it is about.
import { randomUUID } from 'node:crypto';
import { addDays, day, daysBetween } from '../../src/kernel/day.ts';
import type { World } from './world.ts';

const B = 'https://w3id.org/vigie/fhir';
const profile = (id: string) => `${B}/StructureDefinition/${id}`;
const ours = (system: string, code: string) => ({ coding: [{ system: `${B}/CodeSystem/${system}`, code }] });
const extension = (id: string, value: object) => ({ url: profile(id), ...value });

export const CONSENT_SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';

type Resource = Record<string, unknown>;
/** Replaces elements; `undefined` takes one away. */
export type Change = Record<string, unknown>;

interface RxOptions {
  readonly patient?: string;
  readonly operator?: string;
  readonly dmn?: string;
  readonly activity?: string;
  readonly start?: string;
  readonly end?: string;
  readonly level?: number;
  readonly replaces?: string;
  /** Further extensions. */
  readonly extension?: readonly object[];
  readonly change?: Change;
}

export class Cohort {
  readonly #entries: { readonly key: string; readonly fullUrl: string; readonly resource: Resource }[] = [];
  readonly #urns = new Map<string, string>();
  readonly #ids = new Map<string, string>();

  /** `Type/id` once loaded, a urn before. */
  ref(key: string): string {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    let urn = this.#urns.get(key);
    if (urn === undefined) {
      urn = `urn:uuid:${randomUUID()}`;
      this.#urns.set(key, urn);
    }
    return urn;
  }

  to(key: string): { reference: string } {
    return { reference: this.ref(key) };
  }

  add(key: string, resource: Resource, change: Change = {}): this {
    this.#entries.push({ key, fullUrl: this.ref(key), resource: { ...resource, ...change } });
    return this;
  }

  /** Sends what was added since the last load. */
  async load(world: World): Promise<this> {
    const sent = this.#entries.splice(0);
    const entry = sent.map(({ fullUrl, resource }) => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    }));
    const answer = await world.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    if (answer.status !== 200) throw new Error(answer.text);
    const answers = answer.json.entry as readonly { response: { location: string } }[];
    for (const [i, { key }] of sent.entries()) {
      this.#ids.set(key, answers[i]!.response.location.split('/_history/')[0]!);
    }
    return this;
  }

  /** A patient with rights and a weight, under `name`, `coverage:name` and `weight:name`. */
  patient(name: string, change: Change = {}): this {
    this.add(
      name,
      {
        resourceType: 'Patient',
        meta: { profile: [profile('tls-patient')] },
        identifier: [
          {
            use: 'usual',
            type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
            system: 'https://hopital.example/ipp',
            value: randomUUID(),
          },
        ],
        name: [{ use: 'official', family: 'ESSAI', given: ['Camille'] }],
        gender: 'female',
        birthDate: '1952-04-12',
        address: [{ use: 'home', city: 'Ville', postalCode: '75012', country: 'FR' }],
      },
      change,
    );
    this.add(`coverage:${name}`, {
      resourceType: 'Coverage',
      meta: { profile: [profile('tls-coverage')] },
      status: 'active',
      type: ours('tls-regime', 'general'),
      beneficiary: this.to(name),
      payor: [{ display: 'Assurance maladie obligatoire' }],
    });
    return this.reading(`weight:${name}`, { patient: name, at: '2020-01-01' });
  }

  /** Operator, exploitant, DMN, and the contracts between them: `op1`, `ex1`, `dmn1`, `declaration`, `agreement`. */
  parties(
    activities: readonly string[] = ['ic'],
    change: { declaration?: Change; agreement?: Change; dmn?: Change; operator?: Change } = {},
  ): this {
    const coded = activities.map((a) => ours('tls-activity', a));
    this.add('prescriber', { resourceType: 'Practitioner', name: [{ family: 'PRESCRIPTEUR' }] });
    this.add('ars', { resourceType: 'Organization', active: true, name: 'Agence régionale de santé' });
    this.operator('op1', change.operator);
    this.add('ex1', {
      resourceType: 'Organization',
      meta: { profile: [profile('tls-exploitant')] },
      identifier: [siret(randomUUID())],
      active: true,
      name: 'Exploitant',
    });
    this.dmn('dmn1', { activities, change: change.dmn });
    this.declaration('declaration', 'op1', coded, change.declaration);
    return this.add(
      'agreement',
      {
        resourceType: 'Contract',
        meta: { profile: [profile('tls-dmn-agreement')] },
        status: 'executed',
        issued: '2022-02-01',
        applies: { start: '2022-02-01' },
        subject: [this.to('op1'), this.to('ex1')],
        type: ours('tls-contract-type', 'dmn-agreement'),
        topicReference: this.to('dmn1'),
      },
      change.agreement,
    );
  }

  /** A DMN of the exploitant `ex1`; `certifiedUntil` null: without a certificate. */
  dmn(
    name: string,
    options: { activities?: readonly string[]; certifiedUntil?: string | null; change?: Change | undefined } = {},
  ): this {
    const { activities = ['ic'], certifiedUntil = '2030-12-31', change = {} } = options;
    const line = (code: string) => [
      { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code } },
      { url: 'interest', valueCode: 'organisational' },
    ];
    const certificate = [
      { url: 'number', valueString: 'C-1' },
      { url: 'period', valuePeriod: { start: '2022-01-01', end: certifiedUntil } },
    ];
    return this.add(
      name,
      {
        resourceType: 'Device',
        meta: { profile: [profile('tls-dmn')] },
        extension: [
          ...activities.map((a) => extension('tls-latm-line', { extension: line(a) })),
          ...(certifiedUntil === null ? [] : [extension('tls-ans-certificate', { extension: certificate })]),
          extension('tls-ce-marking', { valueCode: 'IIa' }),
        ],
        udiCarrier: [{ deviceIdentifier: '03701234567890' }],
        status: 'active',
        manufacturer: 'Fabricant',
        deviceName: [{ name: 'DMN', type: 'user-friendly-name' }],
        version: [{ value: '1.0' }],
        owner: this.to('ex1'),
      },
      change,
    );
  }

  operator(name: string, change: Change = {}): this {
    return this.add(
      name,
      {
        resourceType: 'Organization',
        meta: { profile: [profile('tls-operator')] },
        identifier: [siret(randomUUID())],
        active: true,
        type: [ours('tls-operator-kind', 'es')],
        name: 'Opérateur',
      },
      change,
    );
  }

  declaration(name: string, operator: string, activities: readonly object[], change: Change = {}): this {
    return this.add(
      name,
      {
        resourceType: 'Contract',
        meta: { profile: [profile('tls-ars-declaration')] },
        identifier: [{ system: 'https://ars.example/recepisse', value: randomUUID() }],
        status: 'executed',
        issued: '2022-01-15',
        applies: { start: '2022-01-15' },
        subject: [this.to(operator)],
        authority: [this.to('ars')],
        type: ours('tls-contract-type', 'ars-declaration'),
        term: activities.map((topicCodeableConcept) => ({
          topicCodeableConcept,
          offer: { text: 'Activité déclarée' },
        })),
      },
      change,
    );
  }

  prescription(name: string, options: RxOptions = {}): this {
    const {
      patient = 'p1',
      operator = 'op1',
      dmn = 'dmn1',
      activity = 'ic',
      start = '2026-01-05',
      end = '2026-06-30',
    } = options;
    return this.add(
      name,
      {
        resourceType: 'ServiceRequest',
        meta: { profile: [profile('tls-prescription')] },
        extension: [
          extension('tls-dmn-prescribed', { valueReference: this.to(dmn) }),
          ...(options.level === undefined ? [] : [extension('tls-operator-level', { valueDecimal: options.level })]),
          ...(options.extension ?? []),
        ],
        ...(options.replaces === undefined ? {} : { replaces: [this.to(options.replaces)] }),
        status: 'active',
        intent: 'order',
        code: ours('tls-activity', activity),
        subject: this.to(patient),
        occurrencePeriod: { start, end },
        authoredOn: addDays(day(start), -5),
        requester: this.to('prescriber'),
        performer: [this.to(operator)],
        reasonCode: [{ text: 'Indication' }],
        insurance: [this.to(`coverage:${patient}`)],
        supportingInfo: [this.to(`weight:${patient}`)],
      },
      options.change,
    );
  }

  /** The patient refuses the transmission on 3 February 2026. */
  refusal(name: string, patient: string, change: Change = {}): this {
    return this.add(
      name,
      {
        resourceType: 'Consent',
        meta: { profile: [profile('tls-consent')] },
        status: 'active',
        scope: { coding: [{ system: CONSENT_SCOPE, code: 'patient-privacy' }] },
        category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
        patient: this.to(patient),
        dateTime: '2026-01-10',
        policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000046812694' }],
        provision: { type: 'deny', period: { start: '2026-02-03', end: '2026-02-03' } },
      },
      change,
    );
  }

  /** A manual weight. */
  reading(name: string, { patient = 'p1', at, change = {} }: { patient?: string; at: string; change?: Change }): this {
    return this.add(
      name,
      {
        resourceType: 'Observation',
        meta: { profile: [profile('tls-observation')] },
        status: 'final',
        category: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
        ],
        code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
        subject: this.to(patient),
        performer: [this.to(patient)],
        effectiveDateTime: at,
        valueQuantity: { value: 72.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      },
      change,
    );
  }

  /** One weight each day from `from` to `to`, named `name:0`, `name:1` … */
  daily(name: string, from: string, to: string, patient = 'p1'): this {
    const first = day(from);
    for (let i = 0; i <= daysBetween(first, day(to)); i++)
      this.reading(`${name}:${i}`, { patient, at: addDays(first, i) });
    return this;
  }
}

function siret(value: string): object {
  const digits = value.replace(/\D/g, '').padEnd(14, '7').slice(0, 14);
  return {
    use: 'official',
    type: { coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'SIRET' }] },
    system: 'https://sirene.fr',
    value: digits,
  };
}

export { B, extension, ours, profile };
