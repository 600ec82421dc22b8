// Random expressions of `_filter` over random people find what reading them from left to right, person by person, finds.
import t from 'tap';
import { seeded } from '../extract/filled.ts';
import { dateMatches } from './naive.ts';
import { type Body, find, worldStore } from './world.ts';

const EXPRESSIONS = 400;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = seeded(seed);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const maybe = <T>(share: number, make: () => T): T | undefined => (random() < share ? make() : undefined);

interface Person {
  readonly id: string;
  readonly gender: string | undefined;
  readonly active: boolean | undefined;
  readonly birth: string | undefined;
  readonly families: readonly string[];
  readonly house: string | undefined;
}

const GENDERS = ['male', 'female', 'other', 'unknown'];
const FAMILIES = ['martin', 'martin dupont', 'dupont', 'pont', 'le goff', 'goff', 'z'.repeat(254), 'z'.repeat(260)];
const BIRTHS = ['1950', '1950-05', '1950-05-05', '1950-05-06', '1951', '1970-01-01'];
const HOUSES: Readonly<Record<string, string>> = { h0: 'chu', h1: 'clinique', h2: 'chu de nancy' };

const PEOPLE: readonly Person[] = Array.from({ length: 80 }, (_, i) => ({
  id: `p${i}`,
  gender: maybe(0.8, () => pick(GENDERS)),
  active: maybe(0.7, () => random() < 0.5),
  birth: maybe(0.8, () => pick(BIRTHS)),
  families: Array.from({ length: Math.floor(random() * 3) }, () => pick(FAMILIES)),
  house: maybe(0.7, () => pick(Object.keys(HOUSES))),
}));

function bodyOf({ id, gender, active, birth, families, house }: Person): Body {
  return {
    resourceType: 'Patient',
    id,
    ...(gender === undefined ? {} : { gender }),
    ...(active === undefined ? {} : { active }),
    ...(birth === undefined ? {} : { birthDate: birth }),
    ...(families.length > 0 ? { name: families.map((family) => ({ family })) } : {}),
    ...(house === undefined ? {} : { managingOrganization: { reference: `Organization/${house}` } }),
  };
}

type Holds = (person: Person) => boolean;
type Piece = readonly [text: string, holds: Holds];

const TEXT_TESTS: Readonly<Record<string, (stored: string, asked: string) => boolean>> = {
  eq: (s, a) => s === a,
  ne: (s, a) => s !== a,
  co: (s, a) => s.includes(a),
  sw: (s, a) => s.startsWith(a),
  ew: (s, a) => s.endsWith(a),
  gt: (s, a) => s > a,
  ge: (s, a) => s >= a,
  lt: (s, a) => s < a,
  le: (s, a) => s <= a,
};

const TESTS: readonly (() => Piece)[] = [
  () => {
    const code = pick(GENDERS);
    return pick<Piece>([
      [`gender eq ${code}`, (p) => p.gender === code],
      [`gender ne ${code}`, (p) => p.gender !== undefined && p.gender !== code],
    ]);
  },
  () => {
    const there = random() < 0.5;
    return pick<Piece>([
      [`gender pr ${there}`, (p) => (p.gender !== undefined) === there],
      [`family pr ${there}`, (p) => p.families.length > 0 === there],
      [`organization pr ${there}`, (p) => (p.house !== undefined) === there],
      [`birthdate pr ${there}`, (p) => (p.birth !== undefined) === there],
    ]);
  },
  () => [`active eq true`, (p) => p.active === true],
  () => {
    const [operator, text] = [pick(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']), pick(BIRTHS)];
    return [`birthdate ${operator} ${text}`, (p) => dateMatches(p.birth, operator, text)];
  },
  () => {
    const text = pick(BIRTHS);
    // The birth has all of the value in it: the value is neither before nor after it, and reaches beyond neither end.
    const within: Holds = (p) => p.birth !== undefined && dateMatches(text, 'eq', p.birth);
    const overlaps: Holds = (p) =>
      p.birth !== undefined && !dateMatches(p.birth, 'sa', text) && !dateMatches(p.birth, 'eb', text);
    return pick<Piece>([
      [`birthdate co ${text}`, within],
      [`birthdate po ${text}`, overlaps],
    ]);
  },
  () => {
    const [operator, text] = [pick(Object.keys(TEXT_TESTS)), pick([...FAMILIES, 'pont', 'mart', 'f', 'z'.repeat(257)])];
    return [`family ${operator} "${text}"`, (p) => p.families.some((f) => TEXT_TESTS[operator]!(f, text))];
  },
  () => {
    const [operator, text] = [pick(Object.keys(TEXT_TESTS)), pick(['chu', 'nancy', 'clinique'])];
    const holds: Holds = (p) => p.house !== undefined && TEXT_TESTS[operator]!(HOUSES[p.house]!, text);
    const also = pick(Object.keys(HOUSES));
    return pick<Piece>([
      [`organization.name ${operator} ${text}`, holds],
      [`organization[_id eq ${also}].name ${operator} ${text}`, (p) => p.house === also && holds(p)],
      [`organization[not (_id eq ${also})].name ${operator} ${text}`, (p) => p.house !== also && holds(p)],
    ]);
  },
];

function expression(depth: number): Piece {
  let [text, holds] = operand(depth);
  for (let more = Math.floor(random() * 3); more > 0; more--) {
    const [left, word, [next, also]] = [holds, pick(['and', 'or']), operand(depth)];
    text = `${text} ${word} ${next}`;
    holds = word === 'and' ? (p) => left(p) && also(p) : (p) => left(p) || also(p);
  }
  return [text, holds];
}

function operand(depth: number): Piece {
  const kind = random();
  if (depth === 0 || kind < 0.6) return pick(TESTS)();
  const [text, holds] = kind < 0.8 ? expression(depth - 1) : pick(TESTS)();
  return kind < 0.7 ? [`(${text})`, holds] : [`not (${text})`, (p) => !holds(p)];
}

t.test('random expressions', async (t) => {
  t.comment(`SEED=${seed}`);
  const houses = Object.entries(HOUSES).map(([id, name]) => ({ resourceType: 'Organization', id, name }));
  const store = await worldStore(t, [...PEOPLE.map(bodyOf), ...houses]);
  let matches = 0;
  for (let i = 0; i < EXPRESSIONS; i++) {
    const [text, holds] = expression(2);
    const order = pick(['', '&_sort=family', '&_sort=-birthdate,gender']);
    const found = await find(store, 'Patient', `_filter=${encodeURIComponent(text)}${order}&_count=1000`);
    const wanted = PEOPLE.filter(holds).map((p) => p.id);
    const ids = found.rows.map((r) => r.id);
    matches += wanted.length;
    if (ids.toSorted().join() !== wanted.toSorted().join()) t.same(ids.sort(), wanted.sort(), `${text} SEED=${seed}`);
  }
  t.ok(matches > EXPRESSIONS, `${matches} matches of ${EXPRESSIONS} expressions`);
});
