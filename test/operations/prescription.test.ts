// ServiceRequests as prescriptions.
import type { ServiceRequest } from '@medplum/fhirtypes';
import t from 'tap';
import { loadLaw } from '../../src/law/load.ts';
import { readPrescription } from '../../src/operations/follow-up/prescription.ts';
import { extension, ours } from './cohort.ts';

const law = loadLaw();
const BASE = {
  resourceType: 'ServiceRequest',
  id: 'rx',
  status: 'active',
  intent: 'order',
  code: ours('tls-activity', 'ic'),
  subject: { reference: 'Patient/p' },
  authoredOn: '2026-01-01',
  occurrencePeriod: { start: '2026-01-05', end: '2026-06-30' },
  performer: [{ reference: 'Organization/op' }],
};

const read = (change: object, zone = 'Europe/Paris') =>
  readPrescription({ ...BASE, ...change } as unknown as ServiceRequest, 'Patient/p', zone, law);

t.test('carries what the extensions say', async (t) => {
  const timing = { repeat: { frequency: 2, period: 1, periodUnit: 'wk' } };
  const result = read({
    extension: [
      extension('tls-dmn-prescribed', { valueReference: { reference: 'Device/d/_history/3' } }),
      extension('tls-monitoring-start', { valueDate: '2026-01-10' }),
      extension('tls-monitoring-end', { valueDate: '2026-03' }),
      extension('tls-operator-level', { valueDecimal: 2.5 }),
      extension('tls-expected-transmission', { valueTiming: timing }),
    ],
    replaces: [{ reference: 'ServiceRequest/before' }, { reference: 'CarePlan/other' }, { display: 'none' }],
    reasonReference: [{ reference: 'Condition/c' }],
    insurance: [{ reference: 'Coverage/c' }, { reference: 'ClaimResponse/x' }],
    supportingInfo: [{ reference: 'Observation/w' }, { identifier: { value: 'x' } }],
  });
  t.match(result, {
    prescription: {
      id: 'rx',
      dmn: 'Device/d',
      monitoringStart: '2026-01-10',
      monitoringEnd: '2026-03-31',
      level: 2.5,
      transmission: { frequency: 2, period: 1, periodUnit: 'wk' },
      replaces: ['before'],
      operator: 'Organization/op',
      indication: true,
      weight: false,
      coverages: ['Coverage/c'],
    },
    supporting: ['Observation/w'],
  });
});

t.test('a Timing without a period says nothing', async (t) => {
  const silent = extension('tls-expected-transmission', { valueTiming: { code: { text: 'daily' } } });
  t.match(read({ extension: [silent] }), { prescription: { transmission: undefined } });
  const once = extension('tls-expected-transmission', { valueTiming: { repeat: { period: 2, periodUnit: 'd' } } });
  t.match(read({ extension: [once] }), { prescription: { transmission: { frequency: 1, period: 2 } } });
});

t.test('times are days of the patient’s zone', async (t) => {
  const change = {
    authoredOn: '2026-01-01T23:30:00Z',
    occurrencePeriod: { start: '2026-01-04T23:30:00Z', end: '2026-06' },
  };
  t.match(read(change), { prescription: { authoredOn: '2026-01-02', start: '2026-01-05', end: '2026-06-30' } });
  t.match(read(change, 'America/Cayenne'), { prescription: { authoredOn: '2026-01-01', start: '2026-01-04' } });
});

t.test('every status of an ordonnance is judged alike, others are none', async (t) => {
  for (const status of ['active', 'completed', 'revoked', 'on-hold'])
    t.match(read({ status }), { prescription: { status } });
  for (const status of ['draft', 'entered-in-error', 'unknown'])
    t.match(read({ status }), { detail: 'prescription-status' });
});

t.test('a validity that ends before it starts is none', async (t) => {
  t.match(read({ occurrencePeriod: { start: '2026-01-05', end: '2026-01-04' } }), {
    detail: 'prescription-without-validity',
  });
  t.match(read({ occurrencePeriod: { start: '2026-01-05', end: '2026-01-05' } }), {
    prescription: { end: '2026-01-05' },
  });
});

t.test('a validity without an end stops where nobody can tell the difference', async (t) => {
  const open = { occurrencePeriod: { start: '2026-01-05', end: '9999-12-31' } };
  t.match(read(open), { prescription: { end: '2199-12-31' } });
  t.match(read({ occurrencePeriod: { start: '2026-01-05', end: '2199-12-30' } }), {
    prescription: { end: '2199-12-30' },
  });
});
