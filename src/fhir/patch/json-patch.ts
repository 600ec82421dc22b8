// JSON Patch on a resource: https://www.rfc-editor.org/rfc/rfc6902, pointers: https://www.rfc-editor.org/rfc/rfc6901
import { fault } from '../../kernel/fault.ts';
import { Budget, cloneOf, isContainer, refuse, sameValue } from './values.ts';

const MAX_OPERATIONS = 5000;

type Pointer = readonly string[];

/** An operation, read and checked as far as it can be without the resource. */
export type JsonOperation = {
  readonly index: number;
  readonly path: Pointer;
} /** `holder.value` is read when the operation is applied: only then are numbers shown with their digits. */ & (
  | { readonly op: 'add' | 'replace' | 'test'; readonly holder: { readonly value?: unknown } }
  | { readonly op: 'remove' }
  | { readonly op: 'move' | 'copy'; readonly from: Pointer }
);

/** Reads a patch document. @throws FaultError 400 naming the operation */
export function readOperations(document: unknown): readonly JsonOperation[] {
  if (!Array.isArray(document)) {
    throw malformed('The document must be an array of operations', 'Le document doit être un tableau d’opérations');
  }
  if (document.length > MAX_OPERATIONS) {
    throw fault('too-large', 'patch-too-long', {
      en: `The patch has ${document.length} operations, at most ${MAX_OPERATIONS} are taken. Split it, or send an update.`,
      fr: `Le patch a ${document.length} opérations, au plus ${MAX_OPERATIONS} sont acceptées. Découpez-le, ou envoyez une mise à jour.`,
    });
  }
  return document.map(readOperation);
}

function readOperation(raw: unknown, index: number): JsonOperation {
  const at = (en: string, fr: string) => malformed(`Operation ${index}: ${en}`, `Opération ${index} : ${fr}`);
  if (!isContainer(raw) || Array.isArray(raw)) throw at('it must be an object', 'ce doit être un objet');
  const operation = raw as Record<string, unknown>;
  const pointer = (name: string): Pointer => {
    const text = Object.hasOwn(operation, name) ? operation[name] : undefined;
    const read = typeof text === 'string' ? readPointer(text) : undefined;
    if (read !== undefined) return read;
    throw at(
      `"${name}" must be a JSON pointer such as /name/0/family`,
      `« ${name} » doit être un pointeur JSON comme /name/0/family`,
    );
  };
  const path = pointer('path');
  switch (operation.op) {
    case 'add':
    case 'replace':
    case 'test':
      if (!Object.hasOwn(operation, 'value'))
        throw at(`${operation.op} needs a "value"`, `${operation.op} doit avoir une « value »`);
      return { index, op: operation.op, path, holder: operation };
    case 'remove':
      return { index, op: 'remove', path };
    case 'move':
    case 'copy': {
      const from = pointer('from');
      if (operation.op === 'move' && from.length < path.length && from.every((s, i) => s === path[i])) {
        throw at('a value cannot be moved into itself', 'une valeur ne peut pas être déplacée en elle-même');
      }
      return { index, op: operation.op, path, from };
    }
    default:
      throw at(
        '"op" must be add, remove, replace, move, copy or test',
        '« op » doit être add, remove, replace, move, copy ou test',
      );
  }
}

function readPointer(text: string): Pointer | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Applies operations in order and returns the changed value; `target` is changed in place and is spoilt when one fails.
 * Numbers of both are as `withDigits` shows them.
 * @throws FaultError 422 when a place does not exist or a test fails
 */
export function applyOperations(target: unknown, operations: readonly JsonOperation[]): unknown {
  const budget = new Budget();
  let root = target;
  for (const operation of operations) {
    try {
      root = applyOne(root, operation, budget);
    } catch (e) {
      if (!(e instanceof NoPlace)) throw e;
      const shown = `/${e.pointer.join('/')}`;
      throw refuse(
        'patch-path',
        `Operation ${operation.index} (${operation.op}): ${shown} does not exist in the resource. Read it again and repeat the change.`,
        `Opération ${operation.index} (${operation.op}) : ${shown} n’existe pas dans la ressource. Relisez-la puis refaites la modification.`,
      );
    }
  }
  return root;
}

class NoPlace extends Error {
  readonly pointer: Pointer;

  constructor(pointer: Pointer) {
    super('no such place');
    this.pointer = pointer;
  }
}

function applyOne(root: unknown, operation: JsonOperation, budget: Budget): unknown {
  const { path } = operation;
  switch (operation.op) {
    case 'add':
      return add(root, path, cloneOf(operation.holder.value, budget));
    case 'remove':
      return remove(root, path).root;
    case 'replace':
      return replace(root, path, cloneOf(operation.holder.value, budget));
    case 'move': {
      const taken = remove(root, operation.from);
      return add(taken.root, path, taken.value);
    }
    case 'copy':
      return add(root, path, cloneOf(find(root, operation.from), budget));
    case 'test':
      if (sameValue(find(root, path), operation.holder.value, budget)) return root;
      throw refuse(
        'patch-test',
        `Operation ${operation.index}: the test of /${path.join('/')} fails, the resource holds something else. Read it again and repeat the change.`,
        `Opération ${operation.index} : le test de /${path.join('/')} échoue, la ressource contient autre chose. Relisez-la puis refaites la modification.`,
      );
  }
}

function find(root: unknown, pointer: Pointer): unknown {
  let node = root;
  for (const segment of pointer) {
    if (Array.isArray(node)) node = node[indexIn(node, segment, pointer, node.length - 1)];
    else if (isContainer(node) && Object.hasOwn(node, segment)) node = node[segment];
    else throw new NoPlace(pointer);
  }
  return node;
}

/** The index that a segment means, `last` at most. */
function indexIn(list: readonly unknown[], segment: string, pointer: Pointer, last: number): number {
  if (segment === '-' && last === list.length) return last;
  const index = /^(0|[1-9]\d{0,9})$/.test(segment) ? Number(segment) : Number.NaN;
  if (!(index <= last)) throw new NoPlace(pointer);
  return index;
}

/** The object or array that holds the place, and the last segment. The root has no holder. */
function holderOf(root: unknown, pointer: Pointer): [holder: Record<string, unknown> | unknown[], segment: string] {
  const holder = find(root, pointer.slice(0, -1));
  if (!isContainer(holder)) throw new NoPlace(pointer);
  return [holder, pointer.at(-1)!];
}

function add(root: unknown, pointer: Pointer, value: unknown): unknown {
  if (pointer.length === 0) return value;
  const [holder, segment] = holderOf(root, pointer);
  if (Array.isArray(holder)) holder.splice(indexIn(holder, segment, pointer, holder.length), 0, value);
  else if (segment === '__proto__') throw new NoPlace(pointer);
  else holder[segment] = value;
  return root;
}

function remove(root: unknown, pointer: Pointer): { root: unknown; value: unknown } {
  if (pointer.length === 0) return { root: undefined, value: root };
  const value = find(root, pointer);
  const [holder, segment] = holderOf(root, pointer);
  if (Array.isArray(holder)) holder.splice(Number(segment), 1);
  else delete holder[segment];
  return { root, value };
}

function replace(root: unknown, pointer: Pointer, value: unknown): unknown {
  if (pointer.length === 0) return value;
  find(root, pointer);
  const [holder, segment] = holderOf(root, pointer);
  (holder as Record<string, unknown>)[segment] = value;
  return root;
}

function malformed(en: string, fr: string): Error {
  return fault('structure', 'patch-malformed', {
    en: `The JSON Patch cannot be read. ${en}.`,
    fr: `Le JSON Patch est illisible. ${fr}.`,
  });
}
