// A patient's follow-ups: what windows are cut from. The first, light step of every answer; rights and data come after it.
import type { Patient, ServiceRequest } from '@medplum/fhirtypes';
import { buildChains } from '../../core/chain/build-chains.ts';
import type { Chain, PatientFacts, Prescription, Reference } from '../../core/situation.ts';
import type { AnyResource } from '../../fhir/service.ts';
import type { PatientKey } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';
import { readPatient } from './person.ts';
import { readPrescription } from './prescription.ts';

/** A patient with prescriptions; `weight` of a prescription is not known yet (always false). */
export interface FollowUps {
  readonly key: PatientKey;
  readonly patient: PatientFacts;
  readonly prescriptions: readonly Prescription[];
  /** supportingInfo of each prescription that has any, by its id. */
  readonly supporting: ReadonlyMap<string, readonly Reference[]>;
  readonly chains: readonly Chain[];
}

/**
 * Follow-ups of these patients, in one statement. Patients without a prescription, and deleted ones, are left out.
 * ServiceRequests that are no prescription are left out too.
 */
export async function readFollowUps(
  service: OperationService,
  keys: readonly PatientKey[],
): Promise<ReadonlyMap<PatientKey, FollowUps>> {
  if (keys.length === 0) return new Map();
  const contents = await service.store.contents(['Patient', 'ServiceRequest'], keys, everything);
  const patients = new Map<PatientKey, PatientFacts>();
  const requests = new Map<PatientKey, string[]>();
  for (const { patient, type, content } of contents) {
    if (type === 'Patient') {
      const resource = JSON.parse(content) as Patient & AnyResource;
      patients.set(patient, readPatient(resource, service.extractor.zone(resource)));
      continue;
    }
    const list = requests.get(patient);
    if (list === undefined) requests.set(patient, [content]);
    else list.push(content);
  }
  const found = new Map<PatientKey, FollowUps>();
  for (const [key, texts] of requests) {
    const patient = patients.get(key);
    const followUps = patient && followUpsOf(service, key, patient, texts);
    if (followUps !== undefined && followUps.prescriptions.length > 0) found.set(key, followUps);
  }
  return found;
}

function followUpsOf(
  service: OperationService,
  key: PatientKey,
  patient: PatientFacts,
  texts: readonly string[],
): FollowUps {
  const prescriptions: Prescription[] = [];
  const supporting = new Map<string, readonly Reference[]>();
  for (const text of texts) {
    const read = readPrescription(JSON.parse(text) as ServiceRequest, patient.reference, patient.zone, service.law);
    if (!('prescription' in read)) continue;
    prescriptions.push(read.prescription);
    if (read.supporting.length > 0) supporting.set(read.prescription.id, read.supporting);
  }
  return { key, patient, prescriptions, supporting, chains: buildChains(prescriptions) };
}
