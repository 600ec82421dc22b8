// A patient's whole file: follow-ups completed by rights, consents, weights and what was billed.
import type { Consent as FhirConsent, Coverage as FhirCoverage, Observation } from '@medplum/fhirtypes';
import type { Billed, Coverage, PatientFile, Reference } from '../../core/situation.ts';
import type { Day } from '../../kernel/day.ts';
import type { PatientKey, StoredResource } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';
import { codingsIn } from './elements.ts';
import type { FollowUps } from './follow-ups.ts';
import { readConsent, readCoverage } from './person.ts';
import { splitReference } from './register.ts';

const LOINC = 'http://loinc.org';
// Body weight, measured, stated: the LOINC codes that the line `ic` counts (contract 2.2).
const WEIGHT: readonly string[] = ['29463-7', '3141-9', '3142-7'];

/** The files of these patients, in three statements whatever their number. */
export async function readFiles(
  service: OperationService,
  followUps: readonly FollowUps[],
): Promise<ReadonlyMap<PatientKey, PatientFile>> {
  const keys = followUps.map((f) => f.key);
  const [contents, named, billed] = await Promise.all([
    service.store.contents(['Consent', 'Coverage'], keys, everything),
    service.store.readMany(namedBy(followUps).map(splitReference), everything),
    service.store.billedWindows(keys),
  ]);
  const consents = new Map<PatientKey, FhirConsent[]>();
  const coverages = new Map<PatientKey, FhirCoverage[]>();
  for (const { patient, type, content } of contents) {
    if (type === 'Consent') add(consents, patient, JSON.parse(content) as FhirConsent);
    else add(coverages, patient, JSON.parse(content) as FhirCoverage);
  }
  const windows = new Map<PatientKey, Billed[]>();
  for (const b of billed) {
    add(windows, b.patient, {
      pathology: b.pathology,
      forfait: b.forfait,
      start: b.start as Day,
      end: b.end as Day,
      claim: `Claim/${b.claim}`,
    });
  }
  const byReference = new Map(named.map((row) => [`${row.type}/${row.id}`, row]));
  return new Map(
    followUps.map((f) => [
      f.key,
      {
        patient: f.patient,
        prescriptions: f.prescriptions.map((p) => ({
          ...p,
          weight: isWeighed(f.supporting.get(p.id), f.key, byReference),
        })),
        consents: (consents.get(f.key) ?? []).map((c) => readConsent(c, f.patient.zone)).filter((c) => c !== undefined),
        coverages: coveragesOf(service, f, coverages.get(f.key) ?? [], byReference),
        billed: windows.get(f.key) ?? [],
      },
    ]),
  );
}

/** Weights, and coverages that prescriptions name: those of another beneficiary are not among the patient's own. */
function namedBy(followUps: readonly FollowUps[]): Reference[] {
  const references = new Set<Reference>();
  for (const f of followUps) {
    for (const list of f.supporting.values()) for (const r of list) if (r.startsWith('Observation/')) references.add(r);
    for (const p of f.prescriptions) for (const r of p.coverages) references.add(r);
  }
  return [...references];
}

function coveragesOf(
  service: OperationService,
  followUps: FollowUps,
  own: readonly FhirCoverage[],
  byReference: ReadonlyMap<Reference, StoredResource>,
): Coverage[] {
  const known = new Set(own.map((c) => `Coverage/${c.id}`));
  const named = new Set(followUps.prescriptions.flatMap((p) => p.coverages).filter((r) => !known.has(r)));
  const others = [...named].flatMap((r): FhirCoverage[] => {
    const content = byReference.get(r)?.content;
    return typeof content === 'string' ? [JSON.parse(content) as FhirCoverage] : [];
  });
  return [...own, ...others].map((c) => readCoverage(c, followUps.patient.zone, service.law));
}

/** Whether one of the references is a body weight of this patient, with a value, that was not entered in error. */
function isWeighed(
  references: readonly Reference[] | undefined,
  key: PatientKey,
  byReference: ReadonlyMap<Reference, StoredResource>,
): boolean {
  return (references ?? []).some((r) => {
    const row = byReference.get(r);
    if (row?.content === null || row?.content === undefined || row.patient !== key) return false;
    const observation = JSON.parse(row.content) as Observation;
    return (
      observation.status !== 'entered-in-error' &&
      observation.status !== 'cancelled' &&
      observation.valueQuantity?.value !== undefined &&
      codingsIn(observation.code?.coding, LOINC).some((c) => WEIGHT.includes(c))
    );
  });
}

function add<V>(map: Map<PatientKey, V[]>, key: PatientKey, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
