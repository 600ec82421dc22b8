// Walks a resource once along all index paths of its type. The paths form a tree, compiled to closures: a property is
// looked at once, whatever number of parameters want it.
import { formHash } from '../../storage/hash.ts';
import type { IndexRows } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import type { Step } from './branches.ts';
import type { Pairing } from './composites.ts';
import { elsewhere } from './elsewhere.ts';
import { finishPairs, framed, marking, pairingsByElement } from './pairs.ts';
import type { IndexPath, TypeIndex } from './paths.ts';
import { positionRow } from './position.ts';
import { prose } from './prose.ts';
import type { LocalReference } from './references.ts';
import { placesOf, shapes } from './shape.ts';
import { newRows, type Rows, type Sink, type SinkPlace, setBit } from './sink.ts';
import { makeSink } from './sinks.ts';
import { wordings } from './wording.ts';

interface Node {
  readonly edges: Map<string, { readonly step: Step; readonly to: Node }>;
  readonly sinks: Sink[];
  /** Composites whose values stand below it. */
  pairings: readonly Pairing[];
}

export type Walk = (value: unknown, rows: Rows) => void;

/** The function that makes the index rows of a type's resources. */
export function compileRows(
  definitions: Definitions,
  index: TypeIndex,
  base: string | undefined,
): (resource: object, references: readonly LocalReference[]) => IndexRows {
  const pairings = pairingsByElement(index);
  const all = [...pairings.values()].flat();
  const places = placesOf(index);
  const walk = compileWalk(index, base, pairings, (place) => {
    const sink = marking(place.path, place.branch.type, makeSink(place), all);
    const bit = places.bitOf(place.path);
    return (value, rows) => {
      setBit(rows, bit);
      sink(value, rows);
    };
  });
  const truths = index.paths.filter((p) => p.truth).map((p) => compileTruth(p, places.bitOf(p)));
  const apart = all.some((p) => p.apart);
  const { position } = index;
  const shapeOf = shapes(index.type, places);
  const wordingOf = wordings(index.type);
  const proseOf = prose(definitions, index);
  const addElsewhere = elsewhere(index);
  return (resource, references) => {
    const rows = newRows();
    walk(resource, rows);
    for (const truth of truths) truth(resource, rows);
    if (apart) finishPairs(rows);
    const at = position === undefined ? undefined : positionRow(position, resource);
    if (at !== undefined) rows.numbers.push(at);
    const { tokens, codings, dates, strings, numbers } = rows;
    const shape = shapeOf(rows);
    tokens.push(shape.token);
    addElsewhere(references, tokens);
    const made: Made = { tokens, codings, shape, dates, strings, numbers };
    if (rows.said.length > 0) {
      made.wording = wordingOf(rows);
      tokens.push(made.wording.token);
    }
    const words = proseOf(resource);
    if (words !== undefined) made.words = words;
    if (rows.date !== undefined) made.date = rows.date;
    return made;
  };
}

/** Index rows under construction: what is not there is left out, at no cost. */
type Made = { -readonly [K in keyof IndexRows]: IndexRows[K] };

type SinkMaker = (place: SinkPlace) => Sink;

/** The walk alone, with the sinks that `sinkOf` makes. */
export function compileWalk(
  index: TypeIndex,
  base: string | undefined,
  pairings: ReadonlyMap<string, readonly Pairing[]>,
  sinkOf: SinkMaker,
): Walk {
  const root: Node = { edges: new Map(), sinks: [], pairings: pairings.get('') ?? [] };
  const places = placesOf(index);
  for (const path of index.paths.filter((p) => !p.truth)) {
    for (const branch of path.branches) {
      const [patient, date] = [path === index.patientPath, path === index.datePath];
      const targetBit = (type: string) => places.targetBit(path, type);
      nodeAt(root, branch.steps, pairings).sinks.push(
        sinkOf({ type: index.type, path, branch, patient, date, base, targetBit }),
      );
    }
  }
  return compile(root);
}

function nodeAt(root: Node, steps: readonly Step[], pairings: ReadonlyMap<string, readonly Pairing[]>): Node {
  let node = root;
  let element = '';
  for (const step of steps) {
    const name = `${step.property}[${step.at ?? ''}](${step.where?.element ?? ''}=${step.where?.text ?? ''})`;
    let edge = node.edges.get(name);
    element += `.${step.property}`;
    if (edge === undefined) {
      edge = { step, to: { edges: new Map(), sinks: [], pairings: pairings.get(element) ?? [] } };
      node.edges.set(name, edge);
    }
    node = edge.to;
  }
  return node;
}

function compile(node: Node): Walk {
  const takes = new Map<string, Walk>();
  for (const { step, to } of node.edges.values()) {
    const take = along(step, compile(to));
    const other = takes.get(step.property);
    takes.set(step.property, other === undefined ? take : both(other, take));
  }
  const { sinks, pairings } = node;
  const down = pairings.length === 0 ? descend(takes) : framed(descend(takes), pairings);
  if (sinks.length === 0) return down;
  if (sinks.length === 1 && takes.size === 0) return sinks[0]!;
  return (value, rows) => {
    for (const sink of sinks) sink(value, rows);
    down(value, rows);
  };
}

function both(one: Walk, other: Walk): Walk {
  return (value, rows) => {
    one(value, rows);
    other(value, rows);
  };
}

/** Few wanted properties are asked for; of many, those that the object has are looked up: half the time on an Observation. */
const FEW = 3;

function descend(takes: ReadonlyMap<string, Walk>): Walk {
  if (takes.size > FEW) {
    return (value, rows) => {
      const holder = value as Record<string, unknown>;
      for (const property in holder) takes.get(property)?.(holder[property], rows);
    };
  }
  const wanted = [...takes];
  return (value, rows) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [property, take] of wanted) {
      const child = (value as Record<string, unknown>)[property];
      if (child !== undefined) take(child, rows);
    }
  };
}

function along({ at, where }: Step, next: Walk): Walk {
  const one: Walk =
    where === undefined
      ? next
      : (item, rows) => {
          if ((item as Record<string, unknown> | null)?.[where.element] === where.text) next(item, rows);
        };
  if (at !== undefined) return (value, rows) => one((value as readonly unknown[])[at], rows);
  return (value, rows) => {
    if (Array.isArray(value)) for (const item of value) one(item, rows);
    else one(value, rows);
  };
}

/** `Patient.deceased.exists() and Patient.deceased != false`: said of every resource, true or false. */
function compileTruth(path: IndexPath, bit: number): Walk {
  const properties = path.branches.map((b) => b.steps[0]!.property);
  const hashes = { true: formHash(path.key, 'pair', '', 'true'), false: formHash(path.key, 'pair', '', 'false') };
  return (resource, rows) => {
    const holder = resource as Record<string, unknown>;
    const truth = properties.some((p) => holder[p] !== undefined && holder[p] !== false);
    rows.tokens.push(truth ? hashes.true : hashes.false);
    setBit(rows, bit);
  };
}
