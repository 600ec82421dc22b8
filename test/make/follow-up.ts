// aFollowUp().measuredOn(days(…)).asOf('2026-04-15').decide(): a chain with persons, contracts and counted days around it.

import { decide } from '../../src/core/billing/decide.ts';
import { buildChains, chainWith } from '../../src/core/chain/build-chains.ts';
import { draft } from '../../src/core/claim/draft.ts';
import { assess } from '../../src/core/observance/assess.ts';
import type { Assessment, Decision, Drafts } from '../../src/core/result.ts';
import type {
  Agreement,
  Billed,
  Consent,
  Coverage,
  Declaration,
  Dmn,
  PatientFacts,
  Prescription,
  Situation,
} from '../../src/core/situation.ts';
import { type Day, day, daysBetween } from '../../src/kernel/day.ts';
import type { Law, PolicyCode } from '../../src/law/law.ts';
import { aLaw } from './law.ts';
import { aPrescription, type PrescriptionMaker } from './prescription.ts';

const PATIENT: PatientFacts = { reference: 'Patient/p1', birthDate: true, zone: 'Europe/Paris' };

export class FollowUp {
  law: Law = aLaw();
  patient: PatientFacts = PATIENT;
  prescriptions: Prescription[] = [];
  consents: Consent[] = [];
  coverages: Coverage[] = [{ reference: 'Coverage/c1', status: 'active', regime: 'general', exemptions: [] }];
  billed: Billed[] = [];
  kinds: Record<string, readonly string[]> = {};
  dmns: Dmn[] = [];
  declarations: Declaration[] | undefined;
  agreements: Agreement[] | undefined;
  counted: Day[] = [];
  today: Day = day('2027-12-31');
  range: Situation['range'];

  /** The first one is the one that is asked, unless said otherwise. */
  prescribed(...makers: PrescriptionMaker[]): this {
    this.prescriptions.push(...makers.map((m) => m.make()));
    return this;
  }
  measuredOn(...days: (readonly Day[])[]): this {
    this.counted.push(...days.flat());
    return this;
  }
  died(on: string): this {
    this.patient = { ...this.patient, deceased: day(on) };
    return this;
  }
  asOf(on: string): this {
    this.today = day(on);
    return this;
  }
  under(law: Law): this {
    this.law = law;
    return this;
  }
  /** Sets fields by name. */
  having(change: Partial<FollowUp>): this {
    return Object.assign(this, change);
  }

  situation(asked?: string): Situation {
    if (this.prescriptions.length === 0) this.prescribed(aPrescription());
    const chains = buildChains(this.prescriptions);
    const chain = chainWith(chains, asked ?? this.prescriptions[0]!.id)!;
    const bits = new Map<number, number>();
    for (const d of this.counted) {
      const n = daysBetween(chain.start, d);
      const index = Math.floor(n / 30) + 1;
      if (n >= 0) bits.set(index, (bits.get(index) ?? 0) | (1 << (n % 30)));
    }
    return {
      file: {
        patient: this.patient,
        prescriptions: this.prescriptions,
        consents: this.consents,
        coverages: this.coverages,
        billed: this.billed,
      },
      chains,
      chain,
      register: this.#register(),
      asOf: this.today,
      range: this.range,
      bits,
    };
  }

  assess(asked?: string): readonly Assessment[] {
    return assess(this.situation(asked), this.law);
  }
  decide(policy: PolicyCode = 'guide-2023', asked?: string): readonly Decision[] {
    return decide(this.situation(asked), this.law, policy);
  }
  draft(series?: number, asked?: string, policy: PolicyCode = 'guide-2023'): Drafts {
    const situation = this.situation(asked);
    const prescription = this.prescriptions.find((p) => p.id === (asked ?? this.prescriptions[0]!.id))!;
    return draft({ decisions: this.decide(policy, asked), situation, prescription, policy, series, law: this.law });
  }

  // Everything that billing needs is there unless the test takes it away.
  #register(): Situation['register'] {
    const activities = [...new Set(this.prescriptions.map((p) => p.activity))];
    const devices = [...new Set(this.prescriptions.map((p) => p.dmn).filter((d) => d !== undefined))];
    const operators = [...new Set(this.prescriptions.map((p) => p.operator).filter((o) => o !== undefined))];
    const made = new Map(this.dmns.map((d) => [d.reference, d]));
    const dmns = new Map(
      devices.map((reference) => [reference, made.get(reference) ?? aDmn({ reference }, activities)]),
    );
    const declarations = this.declarations ?? operators.map((o) => aDeclaration(o, activities));
    const agreements = this.agreements ?? [...dmns.values()].flatMap((d) => operators.map((o) => anAgreement(o, d)));
    return {
      dmns,
      operators: new Map(operators.map((o) => [o, { reference: o, kinds: this.kinds[o] ?? ['es'] }])),
      declarations: Map.groupBy(declarations, (d) => d.operators[0]!),
      agreements: Map.groupBy(agreements, (a) => a.dmn!),
    };
  }
}

export function aFollowUp(): FollowUp {
  return new FollowUp();
}

export function aDmn(change: Partial<Dmn> = {}, activities: readonly string[] = ['ic']): Dmn {
  return {
    reference: 'Device/dmn1',
    lines: activities.map((activity) => ({ activity, interest: 'organisational' })),
    certificate: { number: 'CERT-1', start: day('2022-01-01'), end: day('2030-01-01') },
    exploitant: 'Organization/ex1',
    ...change,
  };
}

export function aDeclaration(
  operator: string,
  activities: readonly string[],
  change: Partial<Declaration> = {},
): Declaration {
  return {
    reference: `Contract/declaration-${operator.split('/')[1]}`,
    status: 'executed',
    operators: [operator],
    activities,
    issued: day('2022-06-01'),
    ...change,
  };
}

export function anAgreement(operator: string, dmn: Dmn, change: Partial<Agreement> = {}): Agreement {
  return {
    reference: `Contract/agreement-${operator.split('/')[1]}`,
    status: 'executed',
    subjects: [operator, dmn.exploitant ?? 'Organization/none'],
    dmn: dmn.reference,
    signed: day('2022-06-01'),
    ...change,
  };
}

/** `code/severity` of every reason of a window, sorted. */
export function reasons(decision: Decision | undefined): readonly string[] {
  return (decision?.reasons ?? []).map((r) => `${r.code}/${r.severity}`).sort();
}
