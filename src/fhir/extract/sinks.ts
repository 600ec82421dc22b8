// One value of a known FHIR type → index rows. A sink is made once for each path, so that nothing is looked up per value.
import { formHash, pairHash } from '../../storage/hash.ts';
import { readReference } from './references.ts';
import { fields, list, type Sink, type SinkPlace, textOf } from './sink.ts';
import { dateSink, numberSink, stringSink } from './value-sinks.ts';

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
      return (value, rows) => {
        for (const c of list(fields(value)?.coding)) coding(c, rows);
      };
    }
    case 'Coding':
      return codingSink(key);
    case 'Identifier':
      return identifierSink(key);
    case 'ContactPoint':
      return contactSink(key);
    default:
      return (value, rows) => {
        if (typeof value === 'boolean' || textOf(value) !== undefined)
          rows.tokens.push(pairHash(key, '', String(value)));
      };
  }
}

/** Found by `system|value`, by `value` alone and by `system|` alone; identifiers are too many for a list like that of codings. */
function identifierSink(key: number): Sink {
  const systemHash = remembered((system) => formHash(key, 'system', system, ''));
  return (value, rows) => {
    const identifier = fields(value);
    const system = textOf(identifier?.system) ?? '';
    const text = textOf(identifier?.value);
    if (text !== undefined) rows.tokens.push(formHash(key, 'pair', system, text), formHash(key, 'value', '', text));
    if (system !== '') rows.tokens.push(systemHash(system));
  };
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

const REMEMBERED = 5_000;

/** Codes, devices and prescriptions come back all the time: what was made of a text is kept, up to 5,000 texts a path. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      found = make(text);
      known.set(text, found);
    }
    return found;
  };
}

function codingSink(key: number): Sink {
  const ofSystem = remembered((system) =>
    remembered((code) => ({ hash: formHash(key, 'pair', system, code), row: { param: key, system, code } })),
  );
  return (value, rows) => {
    const coding = fields(value);
    const code = textOf(coding?.code);
    if (code === undefined) return;
    const { hash, row } = ofSystem(textOf(coding?.system) ?? '')(code);
    rows.tokens.push(hash);
    if (!rows.codings.includes(row)) rows.codings.push(row);
  };
}

// ---------------------------------------------------------------- references and uris

function referenceSink({ path: { key }, branch, patient, base }: SinkPlace): Sink {
  if (branch.type === 'Resource') {
    // Bundle.composition and Bundle.message: the resource itself stands there.
    return (value, rows) => {
      const { resourceType, id } = fields(value) ?? {};
      if (textOf(id) !== undefined) rows.tokens.push(formHash(key, 'pair', '', `${resourceType}/${id}`));
    };
  }
  if (branch.type !== 'Reference') return canonicalSink(key, false);
  const hashOf = remembered((text) => {
    const reference = readReference(text, base);
    if (reference.kind === 'other') return formHash(key, 'pair', '', reference.text);
    if (reference.kind === 'contained' || (patient && reference.type === 'Patient')) return null;
    return formHash(key, 'pair', '', `${reference.type}/${reference.id}`);
  });
  return (value, rows) => {
    const text = textOf(fields(value)?.reference);
    const hash = text === undefined ? null : hashOf(text);
    if (hash !== null) rows.tokens.push(hash);
  };
}

/** A canonical is found with its version and without. `noted`: it stands among the codings seen, so that $meta can list it. */
function canonicalSink(key: number, noted: boolean): Sink {
  const rowOf = remembered((code) => ({ param: key, system: '', code }));
  return (value, rows) => {
    const text = textOf(value);
    if (text === undefined) return;
    rows.tokens.push(pairHash(key, '', text));
    if (noted) rows.codings.push(rowOf(text));
    const bar = text.indexOf('|');
    if (bar > 0) rows.tokens.push(pairHash(key, '', text.slice(0, bar)));
  };
}

function uriSink({ path: { key, name }, branch }: SinkPlace): Sink {
  if (branch.type === 'canonical') return canonicalSink(key, name === '_profile');
  return (value, rows) => {
    const text = textOf(value);
    if (text !== undefined) rows.tokens.push(pairHash(key, '', text));
  };
}
