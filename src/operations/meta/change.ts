// Adding labels to a resource and taking them away: a new version when that changes anything.

import { gone, unknown } from '../../fhir/interactions/answer.ts';
import { checkedResource, writeOf } from '../../fhir/interactions/prepare.ts';
import { judgeWrite } from '../../fhir/interactions/rules.ts';
import { lockForUpdate } from '../../fhir/interactions/update.ts';
import { type Exact, readJson } from '../../fhir/json.ts';
import type { AnyResource } from '../../fhir/service.ts';
import { fault } from '../../kernel/fault.ts';
import { everything } from '../../storage/types.ts';
import { readInput } from '../input/read.ts';
import type { OperationCall, OperationService } from '../operation.ts';
import { parameters } from './definition.ts';
import { metaOf, metaOfState } from './gather.ts';

/** Both have been judged: these are lists. */
type Labels = Readonly<Record<string, readonly unknown[] | undefined>>;
type Change = (held: readonly unknown[], given: readonly unknown[], key: (label: unknown) => string) => unknown[];

/** Those of `given` that are not held yet, after those that are. */
export const adding: Change = (held, given, key) => {
  const seen = new Set(held.map(key));
  return [...held, ...given.filter((label) => !seen.has(key(label)) && seen.add(key(label)))];
};

export const taking: Change = (held, given, key) => {
  const unwanted = new Set(given.map(key));
  return held.filter((label) => !unwanted.has(key(label)));
};

/** @returns the Meta after the change. @throws FaultError 400, 404, 410, 412 (If-Match), 422 */
export async function changeMeta(service: OperationService, call: OperationCall, change: Change): Promise<Exact> {
  const { type, id, request } = call as OperationCall & { type: string; id: string };
  const { meta } = readInput(call, parameters);
  if (meta === undefined) throw missing();
  const found = await service.store.read(type, id, everything);
  if (found === undefined) throw unknown(type, id);
  return service.store.transaction([found.patient], async (tx) => {
    const state = await lockForUpdate(tx, type, id, request.ifMatch);
    if (state === undefined) throw unknown(type, id);
    if (state.content === null) throw gone(state);
    const stored = readJson(state.content);
    const resource = stored.value as AnyResource;
    const before = JSON.stringify(resource.meta);
    resource.meta = changed((resource.meta ?? {}) as Labels, meta as Labels, change);
    if (JSON.stringify(resource.meta) === before) return metaOfState(state);
    checkedResource(service, resource, type);
    await judgeWrite(service, tx, state, resource);
    // Digits are put back by the object that holds them: labels of both bodies keep theirs.
    const exact = { value: resource, digits: [...stored.digits, ...(request.body?.digits ?? [])] };
    const { version, patient } = state;
    const write = writeOf(service, resource, exact, { id, version: version + 1, patient, method: 'PUT' });
    await tx.write([write]);
    return metaOf(write.content!);
  });
}

function changed(meta: Labels, given: Labels, change: Change): NonNullable<AnyResource['meta']> {
  const next: Record<string, unknown> = { ...meta };
  for (const [property, key] of Object.entries(KEYS)) {
    const labels = change(meta[property] ?? [], given[property] ?? [], key);
    if (labels.length > 0) next[property] = labels;
    else delete next[property];
  }
  return next as NonNullable<AnyResource['meta']>;
}

const asCoding = (label: unknown): string => {
  const { system, code } = (label ?? {}) as { system?: unknown; code?: unknown };
  return JSON.stringify([system ?? null, code ?? null]);
};

/** What makes two labels the same: the whole url, or system and code. */
const KEYS: Readonly<Record<string, (label: unknown) => string>> = {
  profile: String,
  security: asCoding,
  tag: asCoding,
};

function missing(): Error {
  return fault('required', 'meta-missing', {
    en: 'POST a Parameters body with the parameter "meta": {"name":"meta","valueMeta":{"tag":[{"system":"…","code":"…"}]}}.',
    fr: 'Envoyez par POST un corps Parameters avec le paramètre « meta » : {"name":"meta","valueMeta":{"tag":[{"system":"…","code":"…"}]}}.',
  });
}
