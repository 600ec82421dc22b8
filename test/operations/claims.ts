// Follow-ups whose windows are billed, and what is sent to and comes back from $draft-claims and $submit.
import { Cohort } from './cohort.ts';
import { type Answer, type Json, type World, world } from './world.ts';

export interface Item {
  sequence: number;
  servicedPeriod: { start: string; end: string };
  unitPrice: { value: number };
  net: { value: number };
  factor?: number;
  productOrService: { coding: { code: string }[] };
}
export interface Claim {
  resourceType: string;
  status: string;
  use: string;
  item: Item[];
  total?: { value: number };
  provider: { reference: string };
  patient: { reference: string };
  prescription?: { reference: string };
  [element: string]: unknown;
}
export interface Response {
  readonly id?: string;
  readonly outcome: string;
  readonly request?: { readonly reference: string };
  readonly error?: readonly {
    readonly itemSequence?: number;
    readonly code: { readonly coding: readonly Json[]; readonly text: string };
  }[];
}

export const resources = ({ json }: Answer) => (json.entry as readonly { resource: Json }[]).map((e) => e.resource);

export const bundle = (...claims: unknown[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: claims.map((resource) => ({ resource })),
});

export function responsesOf(answer: Answer): Response[] {
  return (answer.json.resourceType === 'Bundle' ? resources(answer) : [answer.json]) as unknown as Response[];
}

/** `itemSequence code` of each error. */
export const codesOf = (r: Response) =>
  (r.error ?? []).map((e) => `${e.itemSequence ?? '-'} ${e.code.coding[0]?.code}`);

/** A server with operators and exploitant; each test takes patients of its own. */
export class Billing {
  readonly w: World;
  readonly c: Cohort;
  #serial = 0;

  constructor(w: World, c: Cohort) {
    this.w = w;
    this.c = c;
  }

  /** A patient followed from 5 January 2026 with data until a day; the name of the prescription. */
  async followed(until: string, change: Json = {}, rx: object = {}): Promise<string> {
    const n = ++this.#serial;
    const patient = `p${n}`;
    await this.c
      .patient(patient, change)
      .prescription(`rx${n}`, { patient, end: '2026-12-31', ...rx })
      .daily(`r${n}`, '2026-01-05', until, patient)
      .load(this.w);
    return `rx${n}`;
  }

  patientOf(rx: string): string {
    return this.c.ref(rx.replace('rx', 'p'));
  }

  drafts(rx: string, query = 'asOf=2026-11-24'): Promise<Answer> {
    return this.w.post(`${this.c.ref(rx)}/$draft-claims?${query}`, undefined);
  }

  async pairOf(rx: string, query?: string): Promise<Claim[]> {
    return resources(await this.drafts(rx, query)) as unknown as Claim[];
  }

  submit(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.w.post('Claim/$submit', body, headers);
  }

  /** Number of Claims, or of ClaimResponses, that are kept of the patient. */
  async kept(rx: string, type: 'Claim' | 'ClaimResponse' = 'Claim'): Promise<unknown> {
    return (await this.w.get(`${type}?patient=${this.patientOf(rx)}&_summary=count`)).json.total;
  }
}

/** Patients `p1`, `p2` … with prescriptions `rx1`, `rx2` …, operators `op1` (declared) and `op2`. */
export async function billing(t: Parameters<typeof world>[0]): Promise<Billing> {
  const w = await world(t);
  return new Billing(w, await new Cohort().parties(['ic', 'pci']).operator('op2').load(w));
}
