// One value of a known FHIR type → index rows. A sink is made once for each path, so that nothing is looked up per value.
import { formHash, pairHash, referenceHash } from '../../storage/hash.ts';
import type { NotedCoding } from '../../storage/types.ts';
import { readReference } from './references.ts';
import { type Fields, fields, list, type Rows, remembered, type Sink, type SinkPlace, setBit, textOf } from './sink.ts';
import { dateSink, numberSink, stringSink } from './value-sinks.ts';
import { sayer } from './wording.ts';

/** Makes the sink of a path's branch. */
export function makeSink(place: SinkPlace): Sink {
  switch (place.path.kind) {
    case 'token':
      return tokenSink(place);
    case 'reference':
      return referenceSink(place);
    case 'uri':
      return uriSink(place);
    case 'date':
      return dateSink(place);
    case 'string':
      return stringSink(place);
    case 'number':
    case 'quantity':
      return numberSink(place);
  }
}

// ---------------------------------------------------------------- tokens

function tokenSink({ path: { key }, branch }: SinkPlace): Sink {
  switch (branch.type) {
    case 'CodeableConcept': {
      const coding = codingSink(key);
      const say = sayer(key);
      return (value, rows) => {
        const concept = fields(value);
        for (const c of list(concept?.coding)) coding(c, rows);
        if (typeof concept?.text === 'string') say(concept.text, rows);
      };
    }
    case 'Coding':
      return codingSink(key);
    case 'Identifier':
      return identifierSink(key);
    case 'ContactPoint':
      return contactSink(key);
    case 'string':
    case 'markdown':
      // R4: where the underlying type is string, case does not count.
      return (value, rows) => {
        const text = textOf(value);
        if (text !== undefined) rows.tokens.push(pairHash(key, '', text.toLowerCase()));
      };
    default: {
      const noted = remembered((text) => note(key, '', text));
      return (value, rows) => {
        if (typeof value === 'boolean' || textOf(value) !== undefined) take(noted(String(value)), rows);
      };
    }
  }
}

function note(param: number, system: string, code: string): NotedCoding {
  return { param, system, code, hash: formHash(param, 'pair', system, code) };
}

function take(coding: NotedCoding, rows: Rows): void {
  rows.tokens.push(coding.hash);
  if (!rows.codings.includes(coding)) rows.codings.push(coding);
}

/**
 * Found by `system|value`, by `value` alone and by `system|` alone; identifiers are too many for a list like that of codings.
 * And by each coding of its type with the value (`:of-type`).
 */
function identifierSink(key: number): Sink {
  const systemHash = remembered((system) => formHash(key, 'system', system, ''));
  const say = sayer(key);
  return (value, rows) => {
    const identifier = fields(value);
    const system = textOf(identifier?.system) ?? '';
    const text = textOf(identifier?.value);
    if (text !== undefined) rows.tokens.push(formHash(key, 'pair', system, text), formHash(key, 'value', '', text));
    if (system !== '') rows.tokens.push(systemHash(system));
    if (identifier?.type !== undefined) typed(fields(identifier.type) ?? {}, text, rows);
  };

  function typed(type: Fields, text: string | undefined, rows: Rows): void {
    if (typeof type.text === 'string') say(type.text, rows);
    if (text === undefined) return;
    for (const coding of list(type.coding)) {
      const c = fields(coding);
      const code = textOf(c?.code);
      if (code !== undefined) rows.tokens.push(formHash(key, 'typed', `${textOf(c?.system) ?? ''}|${code}`, text));
    }
  }
}

/** R4 names ContactPoint.use as the system of the token, most servers take ContactPoint.system: both find it. */
function contactSink(key: number): Sink {
  const systemHash = remembered((system) => formHash(key, 'system', system, ''));
  return (value, rows) => {
    const contact = fields(value);
    const systems = [textOf(contact?.system), textOf(contact?.use)].filter((s) => s !== undefined);
    const text = textOf(contact?.value);
    for (const system of systems) rows.tokens.push(systemHash(system));
    if (text === undefined) return;
    rows.tokens.push(formHash(key, 'value', '', text));
    for (const system of systems.length > 0 ? systems : ['']) rows.tokens.push(formHash(key, 'pair', system, text));
  };
}

function codingSink(key: number): Sink {
  const ofSystem = remembered((system) => remembered((code) => note(key, system, code)));
  const say = sayer(key);
  return (value, rows) => {
    const coding = fields(value);
    const code = textOf(coding?.code);
    if (code !== undefined) take(ofSystem(textOf(coding?.system) ?? '')(code), rows);
    if (typeof coding?.display === 'string') say(coding.display, rows);
  };
}

// ---------------------------------------------------------------- references and uris

function referenceSink(place: SinkPlace): Sink {
  const { path, branch, patient, base, targetBit } = place;
  const { key } = path;
  if (branch.type === 'Resource') {
    // Bundle.composition and Bundle.message: the resource itself stands there.
    return (value, rows) => {
      const { resourceType, id } = fields(value) ?? {};
      if (textOf(id) !== undefined) rows.tokens.push(referenceHash(key, String(resourceType), id as string));
    };
  }
  if (branch.type !== 'Reference') return canonicalSink(key);
  const read = remembered((text): { hashes: readonly string[]; bit: number | undefined } => {
    const reference = readReference(text, base);
    if (reference.kind === 'other') return { hashes: [formHash(key, 'pair', '', reference.text)], bit: undefined };
    if (reference.kind === 'contained') return { hashes: [], bit: undefined };
    const { type, id, version } = reference;
    const any = patient && type === 'Patient' ? [] : [referenceHash(key, type, id)];
    const one = version === undefined ? [] : [versionHash(key, type, id, version)];
    return { hashes: [...any, ...one], bit: targetBit(type) };
  });
  return (value, rows) => {
    const reference = fields(value);
    const text = textOf(reference?.reference);
    if (text !== undefined) {
      const { hashes, bit } = read(text);
      for (const hash of hashes) rows.tokens.push(hash);
      if (bit !== undefined) setBit(rows, bit);
    }
    if (reference?.identifier !== undefined) logical(key, fields(reference.identifier), rows);
  };
}

/** The token of a reference to one version, which it has beside that of the resource. */
export function versionHash(key: number, type: string, id: string, version: string): string {
  return formHash(key, 'pair', '', `${type}/${id}/_history/${version}`);
}

/** What `:identifier` finds: the three forms of a token, apart from those of literal references. */
function logical(key: number, identifier: Fields | undefined, rows: Rows): void {
  const system = textOf(identifier?.system) ?? '';
  const value = textOf(identifier?.value);
  if (value !== undefined)
    rows.tokens.push(formHash(key, 'id-pair', system, value), formHash(key, 'id-value', '', value));
  if (system !== '') rows.tokens.push(formHash(key, 'id-system', system, ''));
}

/** A canonical is found with its version and without; as it was sent, it stands among what was seen. */
function canonicalSink(key: number): Sink {
  const noted = remembered((text) => note(key, '', text));
  return (value, rows) => {
    const text = textOf(value);
    if (text === undefined) return;
    take(noted(text), rows);
    const bar = text.indexOf('|');
    if (bar > 0) rows.tokens.push(noted(text.slice(0, bar)).hash);
  };
}

function uriSink({ path: { key }, branch }: SinkPlace): Sink {
  if (branch.type === 'canonical') return canonicalSink(key);
  const noted = remembered((text) => note(key, '', text));
  return (value, rows) => {
    const text = textOf(value);
    if (text !== undefined) take(noted(text), rows);
  };
}
