// The population's answers: all of them as a stream, or one page.
import { decide } from '../../core/billing/decide.ts';
import type { Decision } from '../../core/result.ts';
import type { Situation } from '../../core/situation.ts';
import { createRegister, type RegisterReader } from '../follow-up/register.ts';
import { readSituations } from '../follow-up/situations.ts';
import type { OperationService } from '../operation.ts';
import { ahead, inSteps } from './ahead.ts';
import { type Candidate, type Filter, walk } from './walk.ts';

/** The answer about one chain; `decisions` is never empty. */
export interface Answered {
  /** Id of the chain's latest member. */
  readonly prescription: string;
  readonly situation: Situation;
  readonly decisions: readonly Decision[];
}

/** A chain whose windows are read and not decided yet. */
interface Ready {
  readonly latest: string;
  readonly situation: Situation;
}

/**
 * ServiceRequests of one slice. Measured on 2 cores with 10,000 patients: smaller ones cost more statements, larger ones
 * more memory (about 10 kB a patient) and a later first line.
 */
const SLICE = 1000;

/** Every chain that matches, in slices. Deciding is left to {@link decided}, in as small steps as the caller likes. */
export function everyChain(service: OperationService, filter: Filter): AsyncGenerator<readonly Ready[]> {
  const register = createRegister(service);
  return ahead(situations(service, register, walk(service, { filter, register, slice: SLICE })));
}

/** The windows of a chain that the filter keeps; undefined when there is none. */
export function decided(service: OperationService, { latest, situation }: Ready, filter: Filter): Answered | undefined {
  const all = decide(situation, service.law, filter.policy);
  const decisions = filter.status.length === 0 ? all : all.filter((d) => filter.status.includes(d.status));
  return decisions.length === 0 ? undefined : { prescription: latest, situation, decisions };
}

async function* situations(
  service: OperationService,
  register: RegisterReader,
  slices: AsyncIterable<readonly Candidate[]>,
): AsyncGenerator<readonly Ready[]> {
  for await (const candidates of slices) {
    const found = await readSituations(service, register, candidates);
    yield candidates.map(({ latest }, i) => ({ latest, situation: found[i]! }));
  }
}

export interface PageAsked {
  readonly count: number;
  /** Id of the latest member that ended the page before. */
  readonly after: string | undefined;
  /** Chains that match, when the page before knew it. */
  readonly total: number | undefined;
}

export interface Page {
  readonly total: number;
  readonly answers: readonly Answered[];
  /** Where the next page begins; undefined when this is the last. */
  readonly end: string | undefined;
}

/**
 * One page. The first one goes through the whole population to count it: without a status nothing but the page's own
 * chains is decided for that. Later pages know the total and stop when they are full.
 */
export async function readPage(service: OperationService, filter: Filter, asked: PageAsked): Promise<Page> {
  const register = createRegister(service);
  const counting = asked.total === undefined;
  const slice = counting ? SLICE : Math.min(SLICE, 2 * asked.count + 2);
  const slices = walk(service, { filter, register, slice, after: asked.after });
  return filter.status.length > 0
    ? pageOfDecided(service, filter, asked, situations(service, register, slices))
    : pageOfCandidates(service, filter, asked, register, slices);
}

async function pageOfCandidates(
  service: OperationService,
  filter: Filter,
  { count, total }: PageAsked,
  register: RegisterReader,
  slices: AsyncIterable<readonly Candidate[]>,
): Promise<Page> {
  const kept: Candidate[] = [];
  let counted = 0;
  for await (const candidates of slices) {
    counted += candidates.length;
    kept.push(...candidates.slice(0, Math.max(0, count + 1 - kept.length)));
    if (total !== undefined && kept.length > count) break;
  }
  const shown = kept.slice(0, count);
  const found = await readSituations(service, register, shown);
  const answers = shown.map(({ latest }, i) => decided(service, { latest, situation: found[i]! }, filter));
  return {
    total: total ?? counted,
    answers: answers.filter((a) => a !== undefined),
    end: kept.length > count ? shown.at(-1)?.latest : undefined,
  };
}

async function pageOfDecided(
  service: OperationService,
  filter: Filter,
  { count, total }: PageAsked,
  slices: AsyncIterable<readonly Ready[]>,
): Promise<Page> {
  const kept: Answered[] = [];
  let counted = 0;
  for await (const slice of ahead(slices)) {
    for await (const step of inSteps(slice)) {
      for (const ready of step) {
        const answer = decided(service, ready, filter);
        if (answer === undefined) continue;
        counted += 1;
        if (kept.length <= count) kept.push(answer);
      }
    }
    if (total !== undefined && kept.length > count) break;
  }
  const answers = kept.slice(0, count);
  return { total: total ?? counted, answers, end: kept.length > count ? answers.at(-1)?.prescription : undefined };
}
