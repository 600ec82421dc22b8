// The smallest valid resource of each type, made from the element definitions: what R4 demands and nothing more.
import type { Definitions, ElementDefinition } from '../../src/fhir/definitions/types.ts';

type Made = Record<string, unknown>;

/** What invariants demand beyond the required elements. */
const BEYOND: Readonly<Record<string, Made>> = {
  AllergyIntolerance: {
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
    },
  },
  Appointment: { participant: [{ actor: { display: 'x' }, status: 'accepted' }], status: 'proposed' },
  AppointmentResponse: { actor: { display: 'x' } },
  Binary: { contentType: 'text/plain' },
  Bundle: { type: 'collection' },
  CapabilityStatement: { format: ['json'], implementation: { description: 'x' }, rest: [{ mode: 'server' }] },
  Consent: { policyRule: { text: 'x' } },
  EventDefinition: { trigger: [{ type: 'named-event', name: 'x' }] },
  ImmunizationRecommendation: {
    recommendation: [{ vaccineCode: [{ text: 'x' }], forecastStatus: { text: 'x' } }],
  },
  InsurancePlan: { name: 'x' },
  Linkage: { item: [1, 2].map(() => ({ type: 'source', resource: { display: 'x' } })) },
  Organization: { name: 'x' },
  PaymentNotice: { amount: { value: 1, currency: 'EUR' } },
  PaymentReconciliation: { paymentAmount: { value: 1, currency: 'EUR' } },
  StructureDefinition: {
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient', path: 'Patient' }] },
  },
  TerminologyCapabilities: { kind: 'instance', description: 'x', implementation: { description: 'x' } },
};

export function smallest(definitions: Definitions, type: string): { resourceType: string } & Made {
  return { resourceType: type, ...required(definitions, type, type), ...BEYOND[type] };
}

function required(definitions: Definitions, owner: string, path: string): Made {
  const made: Made = {};
  for (const element of definitions.definition(owner)?.elements ?? []) {
    const below = element.path.startsWith(`${path}.`) ? element.path.slice(path.length + 1) : '';
    if (below === '' || below.includes('.') || element.min === 0) continue;
    const { code } = element.types[0] ?? { code: 'BackboneElement' };
    const name = below.endsWith('[x]') ? below.slice(0, -3) + code[0]!.toUpperCase() + code.slice(1) : below;
    const value = valueFor(definitions, owner, element, code);
    made[name] = element.max > 1 ? [value] : value;
  }
  return made;
}

function valueFor(definitions: Definitions, owner: string, element: ElementDefinition, code: string): unknown {
  switch (code) {
    case 'BackboneElement':
    case 'Element':
      return required(definitions, owner, element.path);
    case 'Resource':
      return { resourceType: 'Basic', code: { text: 'x' } };
    case 'code':
      return firstCode(definitions, element) ?? 'x';
    case 'CodeableConcept':
      return { text: 'x' };
    case 'Coding':
      return { system: 'urn:x', code: 'x' };
    case 'Reference':
      return { display: 'x' };
    case 'boolean':
      return true;
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
    case 'decimal':
      return 1;
    case 'date':
    case 'dateTime':
      return '2026-03-01';
    case 'instant':
      return '2026-03-01T08:00:00Z';
    case 'base64Binary':
      return 'eA==';
    case 'uri':
    case 'url':
    case 'canonical':
      return 'urn:x';
    case 'Period':
      return { start: '2026-03-01' };
    case 'Identifier':
      return { system: 'urn:x', value: 'x' };
    case 'Attachment':
      return { contentType: 'text/plain', data: 'eA==' };
    case 'Quantity':
      return { value: 1 };
    default:
      return definitions.definition(code)?.kind === 'primitive-type' ? 'x' : required(definitions, code, code);
  }
}

function firstCode(definitions: Definitions, { binding }: ElementDefinition): string | undefined {
  const expansion = binding && definitions.expansion(binding.valueSet);
  for (const system of expansion?.systems ?? []) {
    const [first] = expansion?.codes(system) ?? [];
    if (first !== undefined) return first;
  }
  return undefined;
}
