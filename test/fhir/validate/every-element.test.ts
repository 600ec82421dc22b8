// Every element of every R4 type: a good value passes, and each way of being bad is refused at its place.
import t from 'tap';
import { type Json, validator } from './check.ts';
import {
  childrenOf,
  codeOf,
  goodValue,
  isChoice,
  isList,
  isPrimitive,
  minimal,
  objectOf,
  type Place,
  propertyOf,
  put,
  requiredSet,
  resourceTypes,
} from './definitions.ts';

/** What rules ask of some types beyond their cardinalities. */
const RULED: Readonly<Record<string, Json>> = {
  AllergyIntolerance: {
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
    },
  },
  Appointment: { participant: [{ status: 'accepted', type: [{ text: 'x' }] }] },
  AppointmentResponse: { participantType: [{ text: 'x' }] },
  Bundle: { type: 'collection' },
  CapabilityStatement: { description: 'x', implementation: { description: 'x' }, rest: [{ mode: 'server' }] },
  Consent: { policyRule: { text: 'x' } },
  EventDefinition: { trigger: [{ type: 'named-event', name: 'x' }] },
  ImmunizationRecommendation: {
    recommendation: [{ forecastStatus: { text: 'x' }, targetDisease: { text: 'x' } }],
  },
  InsurancePlan: { name: 'x' },
  Linkage: { item: ['a', 'b'].map((id) => ({ type: 'source', resource: { reference: `Basic/${id}` } })) },
  Organization: { name: 'x' },
  StructureDefinition: {
    snapshot: {
      element: [{ id: 'x', path: 'x', min: 0, max: '1', definition: 'x', base: { path: 'x', min: 0, max: '1' } }],
    },
    type: 'x',
  },
  TerminologyCapabilities: { description: 'x', implementation: { description: 'x' } },
};

interface Said {
  readonly detail: string;
  readonly at: string;
}

/** Errors; those of rules apart, which have tests of their own. */
function judged(resource: Json): { errors: Said[]; rules: Said[] } {
  const all = validator
    .validate(resource)
    .filter((f) => f.severity !== 'warning')
    .map((f) => ({ detail: f.detail, at: f.expression ?? '' }));
  const isRule = ({ detail }: Said) => detail.startsWith('invariant-');
  return { errors: all.filter((f) => !isRule(f)), rules: all.filter(isRule) };
}

t.test('what each type demands is enough', async (t) => {
  t.equal(resourceTypes.length, 146);
  for (const type of resourceTypes) {
    const { errors, rules } = judged({ ...minimal(type), ...RULED[type] });
    t.same([...errors, ...rules], [], type);
  }
});

/** Texts and values that are none of a primitive type. */
const BAD: Readonly<Record<string, readonly unknown[]>> = {
  base64Binary: ['A', 'AAA', 'A===', '!!!!', 1],
  boolean: ['true', 1, 'yes'],
  canonical: ['a b', 'a\u0000b', 7],
  code: [' x', 'x ', 'x  y', 'x\ty', 'x\u0000', 'x'.repeat(1_048_577), 7],
  date: ['2026-13-01', '2026-02-29', '26-01-01', '2026-1-1', '2026-01-31T08:00:00Z', '0000', 2026],
  dateTime: ['2026-01-31T08:00', '2026-01-31T08:00:00', '2026-01-31T24:00:00Z', '2026-02-30', '2026-01-31 08:00:00Z'],
  decimal: ['1.5', true],
  id: ['a_b', 'a b', 'a/b', 'é', 'x'.repeat(65)],
  instant: ['2026-01-31', '2026-01-31T08:00Z', '2026-01-31T08:00:00', '2026-01-31T08:00:00+15:00'],
  integer: [1.5, '1', 2_147_483_648, -2_147_483_649],
  markdown: ['\u0000', 1],
  oid: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1.'],
  positiveInt: [0, -1, 1.5, '1', 2_147_483_648],
  string: ['\u0000', '\u0007', 1],
  time: ['8:00:00', '08:00', '24:00:00', '08:00:00Z'],
  unsignedInt: [-1, 0.5, '0'],
  uri: ['a b', 'a\nb', 'a\u0001b', 7],
  url: ['a b', '\u001f', 7],
  uuid: ['00000000-0000-4000-8000-000000000001', 'urn:uuid:0', 'urn:uuid:ABCDEFAB-0000-4000-8000-000000000001'],
  xhtml: ['<p>x</p>', '<div>x</div>', '<div xmlns="http://www.w3.org/1999/xhtml"></div>'],
};

/** Objects of a type, and how one of them becomes a whole resource. */
interface Ground {
  readonly type: string;
  readonly path: string;
  /** FHIRPath of the object in the resource. */
  readonly at: string;
  readonly whole: (o: Json) => Json;
  readonly make: () => Json;
}

/** Every object of R4 that has elements, each once: resources, their backbone elements, data types where they first stand. */
function* grounds(): Generator<Ground> {
  const seen = new Set<string>();
  const queue: Ground[] = resourceTypes.map((type) => ({
    type,
    path: type,
    at: type,
    whole: (o) => o,
    make: () => structuredClone({ ...minimal(type), ...RULED[type] }),
  }));
  for (let ground = queue.shift(); ground !== undefined; ground = queue.shift()) {
    yield ground;
    const outer = ground;
    for (const place of childrenOf(outer.type, outer.path)) {
      for (const one of place.element.type ?? []) {
        const code = codeOf(one);
        const inline = code === 'BackboneElement' || code === 'Element';
        const path = inline ? place.element.path : code;
        if (isPrimitive(code) || code === 'Resource' || resourceTypes.includes(code) || seen.has(path)) continue;
        seen.add(path);
        const property = propertyOf(place, code);
        queue.push({
          type: inline ? outer.type : code,
          path,
          at: `${outer.at}.${segmentOf(place, code)}${isList(place.element) ? '[0]' : ''}`,
          whole: (o) => {
            const around = alone(outer.make(), place, code);
            return outer.whole({ ...around, [property]: isList(place.element) ? [o] : o });
          },
          make: () => {
            const value = goodValue(place, code) as Json;
            return structuredClone(Object.keys(value).length > 0 ? value : objectOf(outer.type, path));
          },
        });
      }
    }
  }
}

/** The object without the other types of a choice. */
function alone(o: Json, place: Place, code: string): Json {
  const others = (place.element.type ?? []).map(codeOf).filter((other) => other !== code);
  for (const other of isChoice(place.element) ? others : []) delete o[propertyOf(place, other)];
  return o;
}

function segmentOf(place: Place, code: string): string {
  return isChoice(place.element) ? `${place.name}.ofType(${code})` : place.name;
}

let places = 0;
let refusals = 0;
let ruled = 0;

t.test('every element: a good value passes, bad ones are refused at their place', async (t) => {
  for (const ground of grounds()) {
    const wrong: string[] = [];
    const refused = (what: string, o: Json, at: string, details?: readonly string[]) => {
      refusals++;
      const { errors } = judged(ground.whole(o));
      // Rules of the narrative stand for its format.
      const all = errors.length > 0 ? errors : judged(ground.whole(o)).rules.filter((r) => r.detail.includes('txt-'));
      const found = all.some((e) => e.at.startsWith(at) && (details === undefined || details.includes(e.detail)));
      if (!found) wrong.push(`${what} passed at ${at}: ${JSON.stringify(o).slice(0, 200)} said ${JSON.stringify(all)}`);
      else if (all.some((e) => !e.at.startsWith(at) && e.detail !== 'empty-element'))
        wrong.push(`${what} is told elsewhere: ${JSON.stringify(all)}`);
    };
    refused('an unknown element', { ...ground.make(), unknownElement: 1 }, `${ground.at}.unknownElement`);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const o = ground.make();
      Object.defineProperty(o, name, { value: 'x', enumerable: true });
      refused(name, o, ground.at, ['unknown-element']);
    }
    for (const place of childrenOf(ground.type, ground.path)) {
      for (const one of place.element.type ?? [{ code: 'BackboneElement' }]) {
        places++;
        element(ground, place, codeOf(one), wrong, refused);
      }
    }
    if (wrong.length > 0) t.fail(`${ground.path} (${wrong.length})`, { wrong: wrong.slice(0, 5) });
  }
  t.ok(places > 5000, `${places} elements`);
  t.ok(refusals > 50_000, `${refusals} refusals`);
  t.ok(ruled < places / 5, `${ruled} elements whose good value a rule does not take alone`);
});

type Refused = (what: string, o: Json, at: string, details?: readonly string[]) => void;

function element(ground: Ground, place: Place, code: string, wrong: string[], refused: Refused): void {
  const { element: e, name } = place;
  const property = propertyOf(place, code);
  const at = `${ground.at}.${segmentOf(place, code)}`;
  const list = isList(e);
  const made = () => {
    const o = alone(ground.make(), place, code);
    put(o, place, code);
    return o;
  };
  const given = (value: unknown) => ({ ...made(), [property]: value });
  const item = (value: unknown) => given(list ? [value] : value);
  const good = made();
  const { errors, rules } = judged(ground.whole(structuredClone(good)));
  if (errors.length > 0) wrong.push(`good ${property}: ${JSON.stringify(errors)}`);
  if (rules.length > 0) ruled++;
  const value = list ? (good[property] as unknown[])[0] : good[property];

  if ((e.min ?? 0) > 0) {
    const o = made();
    delete o[property];
    refused('nothing', o, `${ground.at}.${name}`, ['missing-element', 'empty-element']);
  }
  refused('null', given(null), at);
  refused('an empty list', given([]), at);
  if (list) {
    refused('one without brackets', given(value), at, ['list-expected']);
    if (e.max !== '*') refused('too many', given(Array(Number(e.max) + 1).fill(value)), at, ['too-many']);
  } else refused('a list', given([value]), at, ['single-expected', 'object-expected', 'bad-format']);
  if (isChoice(e)) {
    const other = (e.type ?? []).map(codeOf).find((c) => c !== code);
    if (other !== undefined) {
      const o = made();
      const both = { ...o };
      put(both, place, other);
      refused('two choices', both, `${ground.at}.${name}`, ['two-choices']);
    }
    refused('a choice that is none', { ...ground.make(), [`${name}Nothing`]: 1 }, ground.at, ['unknown-element']);
  }
  if (isPrimitive(code)) {
    refused('an empty text', item(''), at);
    refused('an object', item({ value: 1 }), at);
    // The id of an element is a string without spaces.
    const bad = name === 'id' && ground.path !== ground.type ? ['a b', 1] : (BAD[code] ?? []);
    if (!(name === 'id' && !resourceTypes.includes(ground.type)))
      for (const b of bad) refused(`bad ${code}`, item(b), at);
    if (name !== 'id' && e.path !== 'Extension.url' && code !== 'xhtml') siblings(ground, place, code, wrong, refused);
  } else if (code !== 'Resource' && !resourceTypes.includes(code)) {
    refused('a text', item('x'), at);
    refused('nothing in it', item({}), at);
    refused('something unknown in it', item({ ...(value as Json), unknownElement: 1 }), at, ['unknown-element']);
    const backbone = code === 'BackboneElement' || ['Timing', 'Dosage', 'ElementDefinition'].includes(code);
    if (!backbone && !BACKBONES.has(code))
      refused('a modifier', item({ ...(value as Json), modifierExtension: [EXTENSION] }), at, ['unknown-element']);
  } else refused('no resource', item({ resourceType: 'Nothing' }), at);
  if (requiredSet(e) !== undefined) {
    const coded: Readonly<Record<string, unknown>> = {
      code: 'no-such-code',
      Coding: { system: 'http://example.org/x', code: 'no-such-code' },
      CodeableConcept: { coding: [{ system: 'http://example.org/x', code: 'no-such-code' }] },
    };
    if (coded[code] !== undefined) refused('another code', item(coded[code]), at, ['code-not-in-value-set']);
  }
  if (code === 'Reference') {
    const targets = (e.type?.find((one) => one.code === 'Reference')?.targetProfile ?? []).map((p) =>
      p.replace(/.*\//, ''),
    );
    const other = resourceTypes.find((type) => !targets.includes(type));
    if (targets.length > 0 && !targets.includes('Resource')) {
      refused('another target', item({ reference: `${other}/a` }), at, ['reference-target']);
      refused('another target by its type', item({ type: other, display: 'x' }), at, ['reference-target']);
    }
    refused('no type of resource', item({ reference: 'Nothing/a' }), at, ['reference-format']);
  }
}

const EXTENSION = { url: 'http://example.org/x', valueString: 'x' };
/** Data types that are backbone elements. */
const BACKBONES: ReadonlySet<string> = new Set([
  'MarketingStatus',
  'Population',
  'ProdCharacteristic',
  'ProductShelfLife',
  'SubstanceAmount',
]);

/** The property beside a primitive: its extensions may stand for the value. */
function siblings(ground: Ground, place: Place, code: string, wrong: string[], refused: Refused): void {
  const property = propertyOf(place, code);
  const twin = `_${property}`;
  const list = isList(place.element);
  const at = `${ground.at}.${segmentOf(place, code)}`;
  const made = () => {
    const o = alone(ground.make(), place, code);
    put(o, place, code);
    return o;
  };
  const instead = made();
  delete instead[property];
  const extended = { extension: [EXTENSION] };
  instead[twin] = list ? [extended] : extended;
  for (const [what, o] of [
    ['extension alone', instead],
    [
      'value and extension',
      {
        ...made(),
        [twin]: list ? [extended, ...Array(place.element.min! > 1 ? place.element.min! - 1 : 0).fill(null)] : extended,
      },
    ],
  ] as const) {
    const { errors } = judged(ground.whole(structuredClone(o)));
    if (errors.length > 0) wrong.push(`${what} of ${property}: ${JSON.stringify(errors)}`);
  }
  refused('nothing beside it', { ...made(), [twin]: list ? [{}] : {} }, at);
  refused('something unknown beside it', { ...made(), [twin]: list ? [{ value: 1 }] : { value: 1 } }, at);
  if (list) refused('more beside it', { ...made(), [twin]: [extended, extended, extended] }, at);
}
