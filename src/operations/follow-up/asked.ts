// The prescription in an instance operation's address, and the chain that it stands for.
import type { ServiceRequest } from '@medplum/fhirtypes';
import { chainWith } from '../../core/chain/build-chains.ts';
import type { Chain, Prescription } from '../../core/situation.ts';
import { gone, unknown } from '../../fhir/interactions/answer.ts';
import type { Day } from '../../kernel/day.ts';
import { fault } from '../../kernel/fault.ts';
import { localDay } from '../../kernel/zone.ts';
import { everything } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';
import type { FollowUps } from './follow-ups.ts';
import { readFollowUps } from './follow-ups.ts';
import { type NoPrescription, readPrescription } from './prescription.ts';

export interface Asked {
  readonly prescription: Prescription;
  readonly chain: Chain;
  readonly followUps: FollowUps;
  readonly asOf: Day;
}

/**
 * Finds a prescription and its chain.
 * @param asOf default: today in the patient's zone
 * @throws FaultError 404 unknown, 410 deleted, 422 no prescription that can be judged
 */
export async function readAsked(service: OperationService, id: string, asOf: Day | undefined): Promise<Asked> {
  const state = await service.store.read('ServiceRequest', id, everything);
  if (state === undefined) throw unknown('ServiceRequest', id);
  if (state.content === null) throw gone(state);
  // Key 0 is nobody's: such a request has no patient.
  const keys = state.patient === 0 ? [] : [state.patient];
  const followUps = (await readFollowUps(service, keys)).get(state.patient);
  const prescription = followUps?.prescriptions.find((p) => p.id === id);
  const chain = followUps && chainWith(followUps.chains, id);
  if (followUps === undefined || prescription === undefined || chain === undefined) {
    throw refused(whyNone(service, JSON.parse(state.content) as ServiceRequest));
  }
  if (prescription.dmn === undefined) throw refused(NO_DMN);
  if (prescription.operator === undefined) throw refused(NO_OPERATOR);
  return { prescription, chain, followUps, asOf: asOf ?? localDay(service.clock.now(), followUps.patient.zone) };
}

function whyNone(service: OperationService, request: ServiceRequest): NoPrescription {
  const read = readPrescription(request, '', 'UTC', service.law);
  return 'prescription' in read ? NO_PATIENT : read;
}

function refused({ detail, text, expression }: NoPrescription): Error {
  return fault('business-rule', detail, text, { expression });
}

const NO_PATIENT: NoPrescription = {
  detail: 'prescription-without-patient',
  expression: 'ServiceRequest.subject',
  text: {
    en: 'The prescription has no patient here: subject must name a Patient that exists.',
    fr: 'La prescription n’a pas de patient ici : subject doit nommer un Patient qui existe.',
  },
};

const NO_DMN: NoPrescription = {
  detail: 'prescription-without-dmn',
  expression: 'ServiceRequest.extension',
  text: {
    en: 'The prescription names no DMN: add the extension tls-dmn-prescribed with a reference to a Device.',
    fr: 'La prescription ne nomme pas de DMN : ajoutez l’extension tls-dmn-prescribed avec une référence à un Device.',
  },
};

const NO_OPERATOR: NoPrescription = {
  detail: 'prescription-without-operator',
  expression: 'ServiceRequest.performer',
  text: {
    en: 'The prescription names no operator: give performer, an Organization, Practitioner or PractitionerRole.',
    fr: 'La prescription ne nomme pas d’opérateur : donnez performer, une Organization, un Practitioner ou un PractitionerRole.',
  },
};
