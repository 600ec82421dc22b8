// Which prescriptions follow one another as one follow-up (contract 2.1, 2.8).

import { latest } from '../../kernel/day.ts';
import { numberOf } from '../days.ts';
import type { Chain, Prescription } from '../situation.ts';

/**
 * The chains of one patient's prescriptions, in order of start. Every prescription stands in exactly one chain.
 * A renewal goes on with the prescription that it replaces when patient and line are the same and it starts no later
 * than the day after the validity that came before; else it begins a chain of its own. The order of the input is
 * irrelevant; cycles, unknown prescriptions and a prescription that replaces itself are survived.
 */
export function buildChains(prescriptions: readonly Prescription[]): readonly Chain[] {
  if (prescriptions.length === 1) return [chainOf([prescriptions[0]!])];
  const all = [...prescriptions].sort(older);
  const links = linksWithoutCycles(all);
  const members = new Map<Prescription, Prescription[]>();
  const placed = new Map<Prescription, Place>();
  for (const p of all) place(p, links, placed, members);
  return [...members.values()]
    .map((list) => chainOf(inOrder(list, placed)))
    .sort((a, b) => older(a.members[0], b.members[0]));
}

/** The chain that a prescription belongs to, or undefined when no chain has it. */
export function chainWith(chains: readonly Chain[], id: string): Chain | undefined {
  return chains.find((chain) => chain.members.some((p) => p.id === id));
}

/** The latest member: it answers for the chain in populations. */
export function latestMember(chain: Chain): Prescription {
  return chain.members[chain.members.length - 1]!;
}

interface Place {
  readonly root: Prescription;
  /** Renewals between the root and this one. */
  readonly depth: number;
  /** Last day that this one or any before it covers. */
  readonly validityEnd: number;
}

type Links = ReadonlyMap<Prescription, readonly Prescription[]>;

// In a cycle the oldest prescription is taken for the first: what it says to replace is not followed.
function linksWithoutCycles(all: readonly Prescription[]): Links {
  const byId = new Map(all.map((p) => [p.id, p]));
  const links = new Map<Prescription, Prescription[]>();
  for (const p of all) {
    const replaced = p.replaces.map((id) => byId.get(id)).filter((q) => q !== undefined);
    links.set(
      p,
      [...new Set(replaced)].filter((q) => q.patient === p.patient && q.activity === p.activity),
    );
  }
  for (const p of all)
    links.set(
      p,
      links.get(p)!.filter((q) => !reaches(q, p, links)),
    );
  return links;
}

function reaches(from: Prescription, to: Prescription, links: Links): boolean {
  const seen = new Set([from]);
  for (const p of seen) {
    if (p === to) return true;
    for (const q of links.get(p)!) seen.add(q);
  }
  return false;
}

function place(
  p: Prescription,
  links: Links,
  placed: Map<Prescription, Place>,
  members: Map<Prescription, Prescription[]>,
): Place {
  const known = placed.get(p);
  if (known !== undefined) return known;
  let best: Place | undefined;
  for (const replaced of links.get(p)!) {
    const before = place(replaced, links, placed, members);
    const goesOn = numberOf(p.start) <= before.validityEnd + 1;
    if (goesOn && (best === undefined || before.validityEnd > best.validityEnd)) best = before;
  }
  const end = numberOf(p.end);
  const result: Place =
    best === undefined
      ? { root: p, depth: 0, validityEnd: end }
      : { root: best.root, depth: best.depth + 1, validityEnd: Math.max(best.validityEnd, end) };
  placed.set(p, result);
  const list = members.get(result.root);
  if (list === undefined) members.set(result.root, [p]);
  else list.push(p);
  return result;
}

// Renewals come after what they replace; two renewals of the same one by their start.
function inOrder(list: Prescription[], placed: ReadonlyMap<Prescription, Place>): Prescription[] {
  return list.sort((a, b) => placed.get(a)!.depth - placed.get(b)!.depth || older(a, b));
}

/** By start, then authoredOn, then id: a total order that does not depend on arrival. */
function older(a: Prescription, b: Prescription): number {
  return compare(a.start, b.start) || compare(a.authoredOn, b.authoredOn) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function chainOf(list: Prescription[]): Chain {
  const first = list[0]!;
  const last = list[list.length - 1]!;
  return {
    members: list as [Prescription, ...Prescription[]],
    activity: first.activity,
    patient: first.patient,
    start: first.monitoringStart ?? first.start,
    validityEnd: latest(...list.map((p) => p.end)) ?? first.end,
    ...(last.monitoringEnd === undefined ? {} : { stop: last.monitoringEnd }),
  };
}
