// What patients share, read as it is needed: each operator and DMN once, in a constant number of statements a call.
import type { Contract, Device, Organization } from '@medplum/fhirtypes';
import type { Agreement, Declaration, Dmn, Operator, Prescription, Reference, Register } from '../../core/situation.ts';
import { parseSearch } from '../../fhir/search/index.ts';
import type { Cursor, StoredResource } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';
import { readAgreement, readDeclaration, readDmn, readOperator } from './shared.ts';

/** The register of one request. */
export interface RegisterReader {
  readonly register: Register;
  /** Reads what these prescriptions name and is not here yet. Calls wait for one another. */
  include(prescriptions: readonly Prescription[]): Promise<void>;
}

/** Contracts fetched at once; an operator with more costs further statements, never a missing contract. */
const PAGE = 1000;
/** Operators asked for in one search. */
const OPERATORS = 500;

/** An empty register that fills itself from the store. */
export function createRegister(service: OperationService): RegisterReader {
  const dmns = new Map<Reference, Dmn>();
  const operators = new Map<Reference, Operator>();
  const declarations = new Map<Reference, Declaration[]>();
  const agreements = new Map<Reference, Agreement[]>();
  const contracts = new Set<string>();
  const asked = new Set<Reference>();

  const keepContract = (row: StoredResource): void => {
    // A contract between two operators of one request comes with both.
    if (row.content === null || contracts.has(row.id)) return;
    contracts.add(row.id);
    const contract = JSON.parse(row.content) as Contract;
    const declaration = readDeclaration(contract);
    for (const operator of new Set(declaration?.operators)) push(declarations, operator, declaration as Declaration);
    const agreement = readAgreement(contract);
    if (agreement?.dmn !== undefined) push(agreements, agreement.dmn, agreement);
  };
  const keepParty = ({ type, id, content }: StoredResource): void => {
    if (content === null) return;
    const reference = `${type}/${id}`;
    if (type === 'Device') dmns.set(reference, readDmn(JSON.parse(content) as Device));
    else if (type === 'Organization') operators.set(reference, readOperator(JSON.parse(content) as Organization));
    else operators.set(reference, { reference, kinds: [] });
  };

  const include = async (prescriptions: readonly Prescription[]): Promise<void> => {
    const fresh = new Set<Reference>();
    const parties = new Set<Reference>();
    for (const { dmn, operator } of prescriptions) {
      for (const r of [dmn, operator]) if (r !== undefined && !asked.has(r)) parties.add(r);
      if (operator !== undefined && !asked.has(operator)) fresh.add(operator);
    }
    if (parties.size === 0) return;
    for (const r of parties) asked.add(r);
    const [rows, found] = await Promise.all([
      service.store.readMany([...parties].map(splitReference), everything),
      contractsOf(service, [...fresh]),
    ]);
    for (const row of rows) keepParty(row);
    for (const row of found) keepContract(row);
  };

  let last = Promise.resolve();
  return {
    register: { dmns, operators, declarations, agreements },
    include(prescriptions) {
      last = last.then(() => include(prescriptions));
      return last;
    },
  };
}

/** Contracts whose subject is one of the operators. */
async function contractsOf(service: OperationService, operators: readonly Reference[]): Promise<StoredResource[]> {
  const rows: StoredResource[] = [];
  for (let i = 0; i < operators.length; i += OPERATORS) {
    const pairs: [string, string][] = [['subject', operators.slice(i, i + OPERATORS).join(',')]];
    const { plan } = await parseSearch(service, service.store, 'Contract', pairs);
    let after: Cursor | undefined;
    do {
      const page = await service.store.search({
        ...plan,
        sort: [],
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      rows.push(...page.rows);
      after = page.next;
    } while (after !== undefined);
  }
  return rows;
}

/** `Type/id` in its two parts. */
export function splitReference(reference: Reference): { type: string; id: string } {
  const [type = '', id = ''] = reference.split('/');
  return { type, id };
}

function push<V>(map: Map<Reference, V[]>, key: Reference, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
