// Each reason of contract 2.4 once, through the whole server: what makes it, its severity, and the status that follows.
import t from 'tap';
import { CONSENT_SCOPE, Cohort, ours } from './cohort.ts';
import { periodsOf, reasonsOf } from './plain.ts';
import { type Json, world } from './world.ts';

const w = await world(t);
const parties = await new Cohort().parties(['ic', 'pci', 'dg-mydiabby']).load(w);

/** Another patient beside the shared parties. */
function cohort(): Cohort {
  return parties;
}
let serial = 0;
/** A name nobody has used yet: all cases share one database. */
const fresh = (what: string) => `${what}${++serial}`;

async function ask(rx: string, query = 'asOf=2026-03-10'): Promise<Json> {
  const answer = await w.get(`${parties.ref(rx)}/$billability?${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json;
}

interface Case {
  readonly name: string;
  readonly reason: string;
  /** Adds what makes the case, for a patient and a prescription of these names. */
  readonly make: (c: Cohort, p: string, rx: string) => Cohort;
  readonly asOf?: string;
  readonly policy?: string;
  /** Index of the window looked at; 1 by default. */
  readonly window?: number;
  readonly status?: string;
}

const full = (c: Cohort, p: string) => c.daily(fresh('r'), '2026-01-05', '2026-02-03', p);

const CASES: readonly Case[] = [
  {
    name: 'the line is not listed yet',
    reason: 'line-not-in-force/blocking',
    make: (c, p, rx) =>
      c.patient(p).prescription(rx, { patient: p, activity: 'dg-mydiabby', start: '2024-08-31', end: '2025-01-31' }),
    asOf: '2024-10-15',
  },
  {
    name: 'the rule of the line is not known',
    reason: 'line-not-formalised/missing',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p, activity: 'pci' }),
    status: 'undetermined',
  },
  {
    name: 'the DMN is not on the line',
    reason: 'device-not-on-line/blocking',
    make: (c, p, rx) => {
      const [op, dmn] = [fresh('op'), fresh('dmn')];
      return c
        .patient(p)
        .operator(op)
        .dmn(dmn, { activities: ['irc'] })
        .prescription(rx, { patient: p, operator: op, dmn });
    },
  },
  {
    name: 'the DMN has no certificate',
    reason: 'device-certificate-missing/blocking',
    make: (c, p, rx) => {
      const dmn = fresh('dmn');
      return c.patient(p).dmn(dmn, { certifiedUntil: null }).prescription(rx, { patient: p, dmn });
    },
  },
  {
    name: 'the certificate ended the day before',
    reason: 'device-certificate-expired/blocking',
    make: (c, p, rx) => {
      const dmn = fresh('dmn');
      return c.patient(p).dmn(dmn, { certifiedUntil: '2026-01-04' }).prescription(rx, { patient: p, dmn });
    },
  },
  {
    name: 'the operator declared another activity only',
    reason: 'operator-not-declared/blocking',
    make: (c, p, rx) => {
      const op = fresh('op');
      return c
        .patient(p)
        .operator(op)
        .declaration(fresh('d'), op, [ours('tls-activity', 'irc')])
        .prescription(rx, { patient: p, operator: op });
    },
  },
  {
    name: 'the operator is a médico-social establishment',
    reason: 'operator-cannot-bill/blocking',
    make: (c, p, rx) => {
      const op = fresh('op');
      return c
        .patient(p)
        .operator(op, { type: [ours('tls-operator-kind', 'esms')] })
        .prescription(rx, { patient: p, operator: op });
    },
  },
  {
    name: 'no convention on the DMN',
    reason: 'agreement-missing/blocking',
    make: (c, p, rx) => {
      const dmn = fresh('dmn');
      return c.patient(p).dmn(dmn).prescription(rx, { patient: p, dmn });
    },
  },
  {
    name: 'birth date absent',
    reason: 'prescription-incomplete/missing',
    make: (c, p, rx) => full(c.patient(p, { birthDate: undefined }).prescription(rx, { patient: p }), p),
    status: 'undetermined',
  },
  {
    name: 'weight absent: the Observation named is no weight',
    reason: 'prescription-incomplete/missing',
    make: (c, p, rx) => {
      const pulse = fresh('pulse');
      c.patient(p).reading(pulse, {
        patient: p,
        at: '2020-01-01',
        change: { code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] } },
      });
      return full(c.prescription(rx, { patient: p, change: { supportingInfo: [c.to(pulse)] } }), p);
    },
    status: 'undetermined',
  },
  {
    name: 'weight of somebody else',
    reason: 'prescription-incomplete/missing',
    make: (c, p, rx) => {
      const other = fresh('p');
      return full(
        c
          .patient(p)
          .patient(other)
          .prescription(rx, { patient: p, change: { supportingInfo: [c.to(`weight:${other}`)] } }),
        p,
      );
    },
    status: 'undetermined',
  },
  {
    name: 'validity of more than a year',
    reason: 'prescription-too-long/blocking',
    make: (c, p, rx) => full(c.patient(p).prescription(rx, { patient: p, end: '2027-01-05' }), p),
  },
  {
    name: 'monitoring starts six months after the ordonnance',
    reason: 'prescription-stale/blocking',
    make: (c, p, rx) => full(c.patient(p).prescription(rx, { patient: p, change: { authoredOn: '2025-07-05' } }), p),
  },
  {
    name: 'the validity ends inside the window',
    reason: 'prescription-expired/blocking',
    make: (c, p, rx) => full(c.patient(p).prescription(rx, { patient: p, end: '2026-02-02' }), p),
  },
  {
    name: 'the window ends after a year without a renewal',
    reason: 'one-year-cap/blocking',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p, start: '2025-01-06', end: '2026-01-05' }),
    asOf: '2026-02-20',
    window: 13,
  },
  {
    name: 'the patient refuses the transmission',
    reason: 'consent-refused/blocking',
    make: (c, p, rx) => full(c.patient(p).refusal(fresh('consent'), p).prescription(rx, { patient: p }), p),
  },
  {
    name: 'no data',
    reason: 'transmission-interrupted/blocking',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p }),
  },
  {
    name: 'the window before was insufficient',
    reason: 'insufficient-previous-period/blocking',
    make: (c, p, rx) =>
      c
        .patient(p)
        .prescription(rx, { patient: p })
        .daily(fresh('r'), '2026-01-05', '2026-01-18', p)
        .daily(fresh('r'), '2026-02-04', '2026-03-05', p),
    window: 2,
  },
  {
    name: 'insufficient data under the statute alone',
    reason: 'insufficient-data/blocking',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p }).daily(fresh('r'), '2026-01-05', '2026-01-18', p),
    policy: 'css',
  },
  {
    name: 'insufficient data under the guide',
    reason: 'insufficient-data/information',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p }).daily(fresh('r'), '2026-01-05', '2026-01-18', p),
    status: 'billable',
  },
  {
    name: 'death inside the window',
    reason: 'death-full-period/information',
    make: (c, p, rx) => c.patient(p, { deceasedDateTime: '2026-01-08' }).prescription(rx, { patient: p }),
    status: 'billable',
  },
  {
    name: 'an older follow-up of the same pathology',
    reason: 'duplicate-follow-up/blocking',
    make: (c, p, rx) =>
      full(
        c
          .patient(p)
          .prescription(fresh('rx'), { patient: p, start: '2025-12-01', end: '2026-05-31' })
          .prescription(rx, { patient: p }),
        p,
      ),
  },
  {
    name: 'a level above 1 on a line without one',
    reason: 'majore-not-eligible/information',
    make: (c, p, rx) => full(c.patient(p).prescription(rx, { patient: p, level: 2, activity: 'pci' }), p),
    status: 'undetermined',
  },
  {
    name: 'a seventh window with a level',
    reason: 'majore-cap-reached/information',
    make: (c, p, rx) => c.patient(p).prescription(rx, { patient: p, level: 2, end: '2026-12-31' }),
    asOf: '2026-08-15',
    window: 7,
  },
];

for (const { name, reason, make, asOf = '2026-03-10', policy, window = 1, status = 'not-billable' } of CASES) {
  t.test(`${reason}: ${name}`, async (t) => {
    const [p, rx] = [fresh('p'), fresh('rx')];
    await make(cohort(), p, rx).load(w);
    const period = periodsOf(await ask(rx, `asOf=${asOf}${policy === undefined ? '' : `&policy=${policy}`}`)).find(
      (x) => x.index === window,
    );
    t.ok(reasonsOf(period).includes(reason), reasonsOf(period).join(' '));
    t.equal(period?.status, status);
  });
}

t.test('a Consent about research refuses no transmission', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  const research = { meta: undefined, scope: { coding: [{ system: CONSENT_SCOPE, code: 'research' }] } };
  await full(cohort().patient(p).refusal(fresh('consent'), p, research).prescription(rx, { patient: p }), p).load(w);
  t.match(periodsOf(await ask(rx))[0], { status: 'billable' });
});

t.test('answers with every reason are valid R4', async (t) => {
  for (let i = 1; i <= serial; i++) {
    const rx = parties.ref(`rx${i}`);
    if (!rx.startsWith('ServiceRequest/')) continue;
    const kept = await w.post('Parameters', await ask(`rx${i}`));
    t.equal(kept.status, 201, kept.text);
  }
});
