// Device, Organization, Contract → what patients share (contract 1.2, 1.3).
import type { Contract, Device, Organization } from '@medplum/fhirtypes';
import type { Agreement, Declaration, Dmn, DmnLine, Operator } from '../../core/situation.ts';
import { METROPOLE } from '../../kernel/zone.ts';
import type { Interest } from '../../law/law.ts';
import { ACTIVITY, CONTRACT_TYPE, OPERATOR_KIND, structure } from '../canonical.ts';
import { lastDay } from './dates.ts';
import { claims, codesIn, codingsIn, daysOf, extension, literal, part } from './elements.ts';

// These acts belong to no patient: a time in one of them is read in the zone of the mainland.
const ZONE = METROPOLE;
const INTERESTS: readonly string[] = [
  'organisational',
  'quality-of-life',
  'morbidity',
  'mortality',
] satisfies Interest[];

export function readDmn(device: Device): Dmn {
  const url = structure('tls-latm-line');
  const certificate = extension(device, 'tls-ans-certificate');
  return {
    reference: `Device/${device.id}`,
    lines: (device.extension ?? []).filter((e) => e.url === url).flatMap((e) => lineOf(e)),
    certificate:
      certificate === undefined
        ? undefined
        : {
            number: part(certificate, 'number')?.valueString,
            ...daysOf(part(certificate, 'period')?.valuePeriod, ZONE),
          },
    exploitant: literal(device.owner),
  };
}

function lineOf(line: NonNullable<Device['extension']>[number]): DmnLine[] {
  const coding = part(line, 'activity')?.valueCoding;
  const [activity] = codingsIn(coding === undefined ? [] : [coding], ACTIVITY);
  const interest = part(line, 'interest')?.valueCode;
  if (activity === undefined) return [];
  return [
    {
      activity,
      individualCode: part(line, 'individualCode')?.valueCode,
      interest: interest !== undefined && INTERESTS.includes(interest) ? (interest as Interest) : undefined,
    },
  ];
}

export function readOperator(organization: Organization): Operator {
  return {
    reference: `Organization/${organization.id}`,
    kinds: (organization.type ?? []).flatMap((t) => codesIn(t, OPERATOR_KIND)),
  };
}

/** Undefined for a Contract of another kind. */
export function readDeclaration(contract: Contract): Declaration | undefined {
  if (!isKind(contract, 'ars-declaration', 'tls-ars-declaration')) return undefined;
  const topics = [contract.topicCodeableConcept, ...(contract.term ?? []).map((t) => t.topicCodeableConcept)];
  return {
    reference: `Contract/${contract.id}`,
    status: contract.status,
    operators: (contract.subject ?? []).flatMap((s) => literal(s) ?? []),
    activities: topics.flatMap((t) => codesIn(t, ACTIVITY)),
    issued: lastDay(contract.issued, ZONE),
    ...daysOf(contract.applies, ZONE),
  };
}

/** Undefined for a Contract of another kind. */
export function readAgreement(contract: Contract): Agreement | undefined {
  if (!isKind(contract, 'dmn-agreement', 'tls-dmn-agreement')) return undefined;
  return {
    reference: `Contract/${contract.id}`,
    status: contract.status,
    subjects: (contract.subject ?? []).flatMap((s) => literal(s) ?? []),
    dmn: literal(contract.topicReference),
    signed: lastDay(contract.issued, ZONE),
    ...daysOf(contract.applies, ZONE),
  };
}

function isKind(contract: Contract, type: string, profile: string): boolean {
  return codesIn(contract.type, CONTRACT_TYPE).includes(type) || claims(contract, profile);
}
