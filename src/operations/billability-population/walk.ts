// Chains of a population in the order of their latest member's id, slice by slice. Whatever is written meanwhile, no chain
// that stays is skipped: the place in the walk is an id, not a number of rows.
import { latestMember } from '../../core/chain/build-chains.ts';
import { listWindows, touches } from '../../core/chain/windows.ts';
import type { BillabilityStatus } from '../../core/result.ts';
import { parseSearch } from '../../fhir/search/index.ts';
import type { Day } from '../../kernel/day.ts';
import { localDay } from '../../kernel/zone.ts';
import type { PolicyCode } from '../../law/law.ts';
import type { SearchPlan, StoredResource } from '../../storage/types.ts';
import { ACTIVITY } from '../canonical.ts';
import type { FollowUps } from '../follow-up/follow-ups.ts';
import { readFollowUps } from '../follow-up/follow-ups.ts';
import type { RegisterReader } from '../follow-up/register.ts';
import type { ChainAsked } from '../follow-up/situations.ts';
import type { OperationService } from '../operation.ts';
import { ahead } from './ahead.ts';

export interface Filter {
  readonly operator: string | undefined;
  readonly exploitant: string | undefined;
  readonly patient: string | undefined;
  readonly activity: string | undefined;
  /** Empty: any. */
  readonly status: readonly BillabilityStatus[];
  readonly start: Day | undefined;
  readonly end: Day | undefined;
  /** Default: the day of `now` in each patient's zone. */
  readonly asOf: Day | undefined;
  readonly now: number;
  readonly policy: PolicyCode;
}

/** A chain that matches, with at least one listed window. */
export interface Candidate extends ChainAsked {
  /** Id of the latest member. */
  readonly latest: string;
}

export interface WalkAsked {
  readonly filter: Filter;
  readonly register: RegisterReader;
  /** ServiceRequests looked at in one go. */
  readonly slice: number;
  /** Id of the ServiceRequest after which to begin. */
  readonly after?: string | undefined;
}

/** Slices of candidates; the next one is being read while the caller works on one. The status is not looked at. */
export async function* walk(service: OperationService, asked: WalkAsked): AsyncGenerator<readonly Candidate[]> {
  for await (const rows of ahead(requests(service, asked))) {
    const followUps = await readFollowUps(
      service,
      [...new Set(rows.map((r) => r.patient))].filter((key) => key !== 0),
    );
    const byLatest = new Map<string, ChainAsked>();
    for (const f of followUps.values()) {
      for (const chain of chainsOf(f, asked.filter)) byLatest.set(latestMember(chain.chain).id, chain);
    }
    if (asked.filter.exploitant !== undefined) {
      await asked.register.include([...byLatest.values()].map((c) => latestMember(c.chain)));
    }
    const candidates = rows.flatMap(({ id }): Candidate[] => {
      const chain = byLatest.get(id);
      return chain !== undefined && matches(chain, asked) && isListed(service, chain) ? [{ ...chain, latest: id }] : [];
    });
    if (candidates.length > 0) yield candidates;
  }
}

/** Pages of ServiceRequests that may be the latest member of a chain that matches. */
async function* requests(
  service: OperationService,
  { filter, slice, after }: WalkAsked,
): AsyncGenerator<readonly StoredResource[]> {
  const pairs: [string, string][] = [];
  if (filter.patient !== undefined) pairs.push(['patient', filter.patient]);
  if (filter.operator !== undefined) pairs.push(['performer', filter.operator]);
  if (filter.activity !== undefined) pairs.push(['code', `${ACTIVITY}|${filter.activity}`]);
  const { plan } = await parseSearch(service, service.store, 'ServiceRequest', pairs);
  let next: SearchPlan['after'] = after === undefined ? undefined : { values: [], id: after };
  do {
    const page = await service.store.search({
      ...plan,
      sort: [],
      limit: slice,
      ...(next === undefined ? {} : { after: next }),
    });
    if (page.rows.length > 0) yield page.rows;
    next = page.next;
  } while (next !== undefined);
}

function chainsOf(followUps: FollowUps, { asOf, now, start, end }: Filter): ChainAsked[] {
  const day = asOf ?? localDay(now, followUps.patient.zone);
  const range = { start, end };
  return followUps.chains.map((chain) => ({ followUps, chain, asOf: day, range }));
}

/** Whether a window would be listed, whatever its status. */
function isListed(service: OperationService, { followUps, chain, asOf, range }: ChainAsked): boolean {
  return listWindows(chain, followUps.patient, asOf, service.law).some((w) => touches(w, range));
}

function matches({ chain }: ChainAsked, { filter, register }: WalkAsked): boolean {
  const { operator, activity, dmn } = latestMember(chain);
  if (filter.operator !== undefined && operator !== filter.operator) return false;
  if (filter.activity !== undefined && activity !== filter.activity) return false;
  if (filter.exploitant === undefined) return true;
  return dmn !== undefined && register.register.dmns.get(dmn)?.exploitant === filter.exploitant;
}
