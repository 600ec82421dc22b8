// From follow-ups to situations that core can judge: days, rights, register, all at once.
import { buildChains, chainWith } from '../../core/chain/build-chains.ts';
import type { Chain, Situation } from '../../core/situation.ts';
import type { Day } from '../../kernel/day.ts';
import type { OperationService } from '../operation.ts';
import { readDays } from './days.ts';
import { readFiles } from './files.ts';
import type { FollowUps } from './follow-ups.ts';
import type { RegisterReader } from './register.ts';

/** A chain to be judged. */
export interface ChainAsked {
  readonly followUps: FollowUps;
  readonly chain: Chain;
  readonly asOf: Day;
  readonly range?: { readonly start?: Day | undefined; readonly end?: Day | undefined } | undefined;
}

/** Situations of these chains, in the same order. The number of statements does not depend on the number of chains. */
export async function readSituations(
  service: OperationService,
  register: RegisterReader,
  asked: readonly ChainAsked[],
): Promise<readonly Situation[]> {
  const patients = [...new Map(asked.map((a) => [a.followUps.key, a.followUps])).values()];
  const [days, files] = await Promise.all([
    readDays(service, asked.map(withoutRights)),
    readFiles(service, patients),
    register.include(asked.flatMap((a) => a.chain.members)),
  ]);
  // The files know which prescriptions have a weight: the chains are made again of those.
  const chains = new Map([...files].map(([key, file]) => [key, buildChains(file.prescriptions)]));
  return asked.map(({ followUps: { key }, chain, asOf, range }, i) => ({
    file: files.get(key)!,
    chains: chains.get(key)!,
    chain: chainWith(chains.get(key)!, chain.members[0].id)!,
    register: register.register,
    asOf,
    range,
    bits: days[i]!,
  }));
}

function withoutRights({ followUps, chain, asOf, range }: ChainAsked) {
  const { key, patient, prescriptions, chains } = followUps;
  return { key, chain, chains, asOf, range, file: { patient, prescriptions, consents: [], coverages: [], billed: [] } };
}
