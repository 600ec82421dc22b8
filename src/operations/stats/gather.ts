// The measurements that are asked for, in figures.
import { readReference } from '../../fhir/extract/references.ts';
import { parseSearch } from '../../fhir/search/index.ts';
import {
  type Clause,
  everything,
  type Figures,
  type StatisticsPlan,
  type StoredResource,
} from '../../storage/types.ts';
import { checkExistence } from '../input/read.ts';
import type { OperationService } from '../operation.ts';
import type { Asked } from './asked.ts';

export interface Gathered {
  readonly figures: readonly Figures[];
  readonly sources: readonly StoredResource[];
}

/** @throws FaultError 400 when the subject does not exist here */
export async function gather(service: OperationService, asked: Asked, base: string): Promise<Gathered> {
  const { store } = service;
  const reference = readReference(asked.subject, base);
  if (reference.kind === 'local') await checkExistence(service, { subject: `${reference.type}/${reference.id}` });
  const where = async (name: string, value: string): Promise<readonly Clause[]> =>
    (await parseSearch(service, store, 'Observation', [[name, value]], { base })).plan.where;
  const subject = await where('subject', escaped(asked.subject));
  const coded = await where(
    'combo-code',
    asked.codings.map((c) => `${escaped(c.system)}|${escaped(c.code)}`).join(','),
  );
  const { from, to, codings } = asked;
  const plan: StatisticsPlan = { reach: everything, where: [...subject, ...coded], from, to, codings, members: [] };
  const members = await store.panelMembers(plan);
  const whole = members.length === 0 ? plan : { ...plan, where: [...subject, either(coded, members)], members };
  const [figures, sources] = await Promise.all([
    store.figures(whole),
    asked.sources === 0 ? [] : store.measured(whole, asked.sources),
  ]);
  return { figures, sources };
}

function either(coded: readonly Clause[], ids: readonly string[]): Clause {
  return { kind: 'or', anyOf: [...coded, { kind: 'id', anyOf: ids }] };
}

/** A text as a value of a search (R4 search.html#escaping). */
function escaped(text: string): string {
  return text.replace(/[\\,|$]/g, '\\$&');
}
