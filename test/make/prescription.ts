// aPrescription().of('ic').from('2026-03-02').to('2026-08-31').make(): an ordonnance that lacks nothing.

import type { Prescription, PrescriptionStatus, Transmission } from '../../src/core/situation.ts';
import { addDays, type Day, day } from '../../src/kernel/day.ts';

/** A prescription in the making; each step gives a new one. */
export class PrescriptionMaker {
  readonly #made: Partial<Prescription>;

  constructor(made: Partial<Prescription> = {}) {
    this.#made = made;
  }

  id(id: string): PrescriptionMaker {
    return this.with({ id });
  }
  of(activity: string): PrescriptionMaker {
    return this.with({ activity });
  }
  from(start: string): PrescriptionMaker {
    return this.with({ start: day(start) });
  }
  to(end: string): PrescriptionMaker {
    return this.with({ end: day(end) });
  }
  authored(on: string): PrescriptionMaker {
    return this.with({ authoredOn: day(on) });
  }
  monitoredFrom(start: string): PrescriptionMaker {
    return this.with({ monitoringStart: day(start) });
  }
  stopped(on: string): PrescriptionMaker {
    return this.with({ monitoringEnd: day(on) });
  }
  replacing(...ids: string[]): PrescriptionMaker {
    return this.with({ replaces: ids });
  }
  level(coefficient: number): PrescriptionMaker {
    return this.with({ level: coefficient });
  }
  expecting(frequency: number, period: number, periodUnit: Transmission['periodUnit']): PrescriptionMaker {
    return this.with({ transmission: { frequency, period, periodUnit } });
  }
  status(status: PrescriptionStatus): PrescriptionMaker {
    return this.with({ status });
  }
  with(change: Partial<Prescription>): PrescriptionMaker {
    return new PrescriptionMaker({ ...this.#made, ...change });
  }

  /** Written five days before its start, unless said otherwise. */
  make(): Prescription {
    const start: Day = this.#made.start ?? day('2026-03-02');
    return {
      id: 'rx1',
      status: 'active',
      activity: 'ic',
      patient: 'Patient/p1',
      authoredOn: addDays(start, -5),
      start,
      end: day('2026-08-31'),
      replaces: [],
      dmn: 'Device/dmn1',
      operator: 'Organization/op1',
      indication: true,
      weight: true,
      coverages: ['Coverage/c1'],
      ...this.#made,
    };
  }
}

export function aPrescription(): PrescriptionMaker {
  return new PrescriptionMaker();
}
