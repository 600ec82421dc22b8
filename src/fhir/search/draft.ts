// Clauses under construction: some still name patients by id, whose keys are asked for together, once for a search.
import type { Fault } from '../../kernel/fault.ts';
import type { Clause, Link, Reach, ReadStore } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import type { TypeIndex } from '../extract/paths.ts';

export type Draft =
  | Clause
  | { readonly kind: 'patient-id'; readonly ids: readonly string[] }
  | { readonly kind: 'any'; readonly of: readonly Draft[] }
  | { readonly kind: 'every'; readonly of: readonly Draft[] }
  | { readonly kind: 'negated'; readonly of: Draft }
  /** `along`: names one of the resources of the type; `against`: is named by one. */
  | {
      readonly kind: 'chain';
      readonly way: 'along' | 'against';
      readonly by: Link;
      readonly type: string;
      readonly where: readonly Draft[];
    };

export type Result = Draft | Fault;

/** What a search may ask while it is read. */
export type SearchSource = Pick<ReadStore, 'patientKeys' | 'search' | 'unitCodes' | 'codingsOf' | 'read' | 'missing'>;

export interface SearchScope {
  readonly definitions: Definitions;
  readonly store: SearchSource;
  readonly reach: Reach;
  readonly index: TypeIndex;
  /** Absolute address of this server, without a trailing slash. */
  readonly base: string | undefined;
  /** Milliseconds: `ap` on dates depends on it. */
  readonly now: number;
  /** Chains and `_has` around this parameter. */
  readonly depth: number;
}

export const NOTHING: Draft = { kind: 'none' };
export const EVERYTHING: Draft = { kind: 'every', of: [] };

/** Alternatives joined: nothing to join when there is one. */
export function anyOf(of: readonly Draft[]): Draft {
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** The ids of patients that a draft names. */
export function patientIds(draft: Draft): readonly string[] {
  switch (draft.kind) {
    case 'patient-id':
      return draft.ids;
    case 'any':
    case 'every':
      return draft.of.flatMap(patientIds);
    case 'negated':
      return patientIds(draft.of);
    case 'chain':
      return draft.where.flatMap(patientIds);
    default:
      return [];
  }
}

export type PatientKeys = ReadonlyMap<string, number>;
export const NO_KEYS: PatientKeys = new Map();

/** The clause, with patients by key. Alternatives of one kind become one clause, which is one question of an index. */
export function settled(draft: Draft, keys: PatientKeys): Clause {
  switch (draft.kind) {
    case 'patient-id': {
      const known = draft.ids.map((id) => keys.get(id)).filter((k) => k !== undefined);
      return known.length === 0 ? { kind: 'none' } : { kind: 'patient', anyOf: known };
    }
    case 'or':
      return merged(draft.anyOf);
    case 'any':
      return merged(draft.of.map((d) => settled(d, keys)).flatMap((c) => (c.kind === 'or' ? c.anyOf : [c])));
    case 'every': {
      const all = draft.of.map((d) => settled(d, keys)).flatMap((c) => (c.kind === 'and' ? c.allOf : [c]));
      return all.length === 1 ? all[0]! : { kind: 'and', allOf: all };
    }
    case 'negated':
      return { kind: 'not', clause: settled(draft.of, keys) };
    case 'chain': {
      const selection = { type: draft.type, where: draft.where.map((d) => settled(d, keys)) };
      return draft.way === 'along'
        ? { kind: 'refers', by: draft.by, to: selection }
        : { kind: 'referred', by: draft.by, from: selection };
    }
    default:
      return draft;
  }
}

function merged(clauses: readonly Clause[]): Clause {
  const live = clauses.filter((c) => c.kind !== 'none');
  const tokens = live.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const rare = live.every((c) => c.kind !== 'token' || c.rare);
  const patients = live.flatMap((c) => (c.kind === 'patient' ? c.anyOf : []));
  const ids = live.flatMap((c) => (c.kind === 'id' ? c.anyOf : []));
  const others = live.filter((c) => c.kind !== 'token' && c.kind !== 'patient' && c.kind !== 'id');
  const parts: Clause[] = [
    ...(patients.length > 0 ? [{ kind: 'patient', anyOf: patients } as const] : []),
    ...(tokens.length > 0 ? [{ kind: 'token', anyOf: tokens, ...(rare ? { rare } : {}) } as const] : []),
    ...(ids.length > 0 ? [{ kind: 'id', anyOf: ids } as const] : []),
    ...others,
  ];
  if (parts.length === 0) return { kind: 'none' };
  return parts.length === 1 ? parts[0]! : { kind: 'or', anyOf: parts };
}
