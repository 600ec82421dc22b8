// Random searches over random resources find what looking at each of them finds.
import t from 'tap';
import { seeded } from '../extract/filled.ts';
import { type Coding, codeMatches, dateMatches, type Mass, massMatches, type Thing } from './naive.ts';
import { type Body, find, worldStore } from './world.ts';

const UCUM = 'http://unitsofmeasure.org';
const SEARCHES = 500;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = seeded(seed);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const maybe = <T>(share: number, make: () => T): T | undefined => (random() < share ? make() : undefined);
const some = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make);

const STATUSES = ['final', 'amended', 'preliminary', 'entered-in-error'];
const PREFIXES = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'];
const coding = (): Coding => ({
  code: pick(['a', 'b', 'c']),
  ...maybe(0.8, () => ({ system: pick(['urn:1', 'urn:2']) })),
});
const mass = (): Mass => {
  const code = pick(['kg', 'g', 'mg'] as const);
  const value = pick([0.001, 0.0715, 1, 1.5, 71.5, 72, 72.4, 72.45, 1000, 1500, 71_500, 72_400]);
  return { value, code };
};
const two = (n: number) => String(n).padStart(2, '0');
const date = (): string => {
  const [year, month, day] = [pick(['2023', '2024']), two(pick([1, 2, 12])), two(pick([1, 2, 28]))];
  const time = `${two(pick([0, 12, 23]))}:${two(pick([0, 59]))}`;
  const zone = pick(['Z', '+01:00', '-05:00']);
  return pick([
    year,
    `${year}-${month}`,
    `${year}-${month}-${day}`,
    `${year}-${month}-${day}T${time}:00${zone}`,
    `${year}-${month}-${day}T${time}:30${zone}`,
  ]);
};
const period = () => {
  const ends = [date(), date()].sort();
  return { start: ends[0]!, end: ends[1]! };
};
const when = (): Thing['when'] => {
  const kind = random();
  if (kind < 0.15) return undefined;
  if (kind < 0.7) return date();
  const { start, end } = period();
  return pick([{ start, end }, { start }, { end }]);
};

const THINGS: readonly Thing[] = Array.from({ length: 150 }, (_, i) => ({
  id: `o${i}`,
  status: pick(STATUSES),
  codes: some(2, coding),
  when: when(),
  mass: maybe(0.6, mass),
  components: some(2, () => ({ code: coding(), mass: mass() })),
}));

const quantity = ({ value, code }: Mass) => ({ value, unit: code, system: UCUM, code });

function bodyOf({ id, status, codes, when, mass, components }: Thing): Body {
  return {
    resourceType: 'Observation',
    id,
    status,
    code: { coding: codes, text: 'x' },
    ...(typeof when === 'string' ? { effectiveDateTime: when } : {}),
    ...(typeof when === 'object' ? { effectivePeriod: when } : {}),
    ...(mass === undefined ? {} : { valueQuantity: quantity(mass) }),
    ...(components.length === 0
      ? {}
      : { component: components.map((c) => ({ code: { coding: [c.code] }, valueQuantity: quantity(c.mass) })) }),
  };
}

type Condition = readonly [query: string, holds: (thing: Thing) => boolean];

const codeText = (): string => {
  const { system = '', code } = coding();
  return pick([code, `${system}|${code}`, system === '' ? `|${code}` : `${system}|`, 'nothing']);
};
const massText = (): { text: string; value: string; prefix: string; unit: Mass['code'] | undefined } => {
  const prefix = pick(PREFIXES);
  const value = pick(['72', '72.4', '72.40', '72.45', '1.5', '71.5', '71500', '0.0015', '1000', '1', '0.001']);
  const unit = maybe(0.7, () => pick(['kg', 'g', 'mg'] as const));
  return { prefix, value, unit, text: `${prefix}${value}${unit === undefined ? '' : `|${UCUM}|${unit}`}` };
};

const CONDITIONS: readonly (() => Condition)[] = [
  () => {
    const texts = [codeText(), ...some(1, codeText)];
    return [`code=${texts.join(',')}`, (x) => texts.some((text) => x.codes.some((c) => codeMatches(c, text)))];
  },
  () => {
    const text = codeText();
    return [`code:not=${text}`, (x) => !x.codes.some((c) => codeMatches(c, text))];
  },
  () => {
    const codes = [pick(STATUSES), ...some(2, () => pick(STATUSES))];
    return [`status=${codes.join(',')}`, (x) => codes.includes(x.status)];
  },
  () => {
    const codes = [pick(STATUSES), ...some(1, () => pick(STATUSES))];
    return [`status:not=${codes.join(',')}`, (x) => !codes.includes(x.status)];
  },
  () => {
    const [prefix, text] = [pick(PREFIXES), date()];
    return [`date=${prefix}${text}`, (x) => dateMatches(x.when, prefix, text)];
  },
  () => {
    const missing = random() < 0.5;
    return [`date:missing=${missing}`, (x) => (x.when === undefined) === missing];
  },
  () => {
    const missing = random() < 0.5;
    return [
      `combo-value-quantity:missing=${missing}`,
      (x) => (x.mass === undefined && x.components.length === 0) === missing,
    ];
  },
  () => {
    const { text, prefix, value, unit } = massText();
    return [`value-quantity=${text}`, (x) => x.mass !== undefined && massMatches(x.mass, prefix, value, unit)];
  },
  () => {
    const [code, { text, prefix, value, unit }] = [codeText(), massText()];
    const holds = (x: Thing) =>
      x.components.some((c) => codeMatches(c.code, code) && massMatches(c.mass, prefix, value, unit));
    return [`component-code-value-quantity=${code}$${text}`, holds];
  },
  () => {
    const [code, { text, prefix, value, unit }] = [codeText(), massText()];
    const own = (x: Thing) =>
      x.mass !== undefined && x.codes.some((c) => codeMatches(c, code)) && massMatches(x.mass, prefix, value, unit);
    const inside = (x: Thing) =>
      x.components.some((c) => codeMatches(c.code, code) && massMatches(c.mass, prefix, value, unit));
    return [`combo-code-value-quantity=${code}$${text}`, (x) => own(x) || inside(x)];
  },
];

t.test('random searches', async (t) => {
  t.comment(`SEED=${seed}`);
  const store = await worldStore(t, THINGS.map(bodyOf));
  let matches = 0;
  for (let i = 0; i < SEARCHES; i++) {
    const conditions = [pick(CONDITIONS)(), ...some(2, () => pick(CONDITIONS)())];
    const order = pick(['', '', '_sort=-date', '_sort=status', '_sort=value-quantity,-date']);
    const query = [...conditions.map(([q]) => q.replaceAll('+', '%2B')), order, '_count=1000']
      .filter((q) => q !== '')
      .join('&');
    const wanted = THINGS.filter((x) => conditions.every(([, holds]) => holds(x))).map((x) => x.id);
    const found = (await find(store, 'Observation', query)).rows.map((r) => r.id);
    matches += wanted.length;
    if (found.toSorted().join() !== wanted.toSorted().join())
      t.same(found.sort(), wanted.sort(), `${query} SEED=${seed}`);
  }
  t.ok(matches > SEARCHES, `${matches} matches in ${SEARCHES} searches`);
});
