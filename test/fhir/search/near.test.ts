// `near` of Location: places within a distance, over the meridian of 180° and around the poles too.
import t from 'tap';
import { parseSearch } from '../../../src/fhir/search/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { seeded } from '../extract/filled.ts';
import { BASE, type Body, clock, definitions, find, type Line, tryLines, worldStore } from './world.ts';

const place = (id: string, latitude: number, longitude: number, more: object = {}): Body => ({
  resourceType: 'Location',
  id,
  name: id,
  position: { latitude, longitude },
  ...more,
});

const PLACES: readonly Body[] = [
  place('nancy', 48.6921, 6.1844),
  place('metz', 49.1193, 6.1757, { status: 'suspended' }),
  place('paris', 48.8566, 2.3522),
  place('lyon', 45.764, 4.8357),
  place('cayenne', 4.9224, -52.3135),
  place('origin', 0, 0),
  place('degree', 0, 1),
  place('fiji-west', -17, 179.9),
  place('fiji-east', -17, -179.9),
  place('line', 10, 180),
  place('line-too', 10, -180),
  place('north', 90, 0),
  place('alert', 89.9, -100),
  place('other-side', 89.9, 80),
  place('south', -90, 123),
  { resourceType: 'Location', id: 'nowhere', name: 'nowhere' },
  place('beyond', 91, 10),
  place('around', 10, 181),
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    location: [{ location: { reference: 'Location/nancy' } }],
  },
];

const LINES: readonly Line[] = [
  ['Location', 'near=48.6921|6.1844|0', 'nancy'],
  ['Location', 'near=48.6921|6.1844|0|km', 'nancy'],
  ['Location', 'near=48.7|6.2|5|km', 'nancy'],
  ['Location', 'near=48.7|6.2|5', 'nancy'],
  ['Location', 'near=48.7|6.2', 'metz nancy'],
  ['Location', 'near=48.7|6.2||', 'metz nancy'],
  ['Location', 'near=48.7|6.2||parsec', 'metz nancy'],
  ['Location', 'near=48.7|6.2|5000|m', 'nancy'],
  ['Location', 'near=48.7|6.2|500000|cm', 'nancy'],
  ['Location', 'near=48.7|6.2|4|[mi_i]', 'nancy'],
  ['Location', 'near=48.7|6.2|300|km', 'metz nancy paris'],
  ['Location', 'near=48.7|6.2|300|km&status=suspended', 'metz'],
  ['Location', 'near=48.7|6.2|300|km&_sort=-name', 'paris nancy metz'],
  ['Location', 'near=48.7|6.2|5|km,45.8|4.8|10|km', 'lyon nancy'],
  ['Location', 'near=48.7|6.2|300|km&near=48.9|2.3|20|km', 'paris'],
  ['Location', 'near=4.9|-52.3|10|km', 'cayenne'],
  // A degree of the equator is 111.195 km on this sphere.
  ['Location', 'near=0|0|111.194|km', 'origin'],
  ['Location', 'near=0|0|111.196|km', 'degree origin'],
  ['Location', 'near=0|0.5|55.598|km', 'degree origin'],
  ['Location', 'near=0|0.5|55.597|km', ''],
  ['Location', 'near=-17|180|11|km', 'fiji-east fiji-west'],
  ['Location', 'near=-17|-180|11|km', 'fiji-east fiji-west'],
  ['Location', 'near=-17|180|10|km', ''],
  ['Location', 'near=-17|179.95|6|km', 'fiji-west'],
  ['Location', 'near=-17|179.95|17|km', 'fiji-east fiji-west'],
  ['Location', 'near=10|180|0|km', 'line line-too'],
  ['Location', 'near=10|-180|0|km', 'line line-too'],
  ['Location', 'near=10|179|120|km', 'line line-too'],
  ['Location', 'near=90|0|1|km', 'north'],
  ['Location', 'near=90|170|12|km', 'alert north other-side'],
  ['Location', 'near=89.95|-100|6|km', 'alert north'],
  ['Location', 'near=89.9|-100|22|km', 'alert north'],
  ['Location', 'near=89.9|-100|23|km', 'alert north other-side'],
  ['Location', 'near=-90|0|0', 'south'],
  ['Location', 'near=-89|0|112', 'south'],
  ['Location', 'near=-90|0|20015|km&_count=100&name=north', ''],
  ['Location', 'near=-90|0|20016|km&_count=100&name=north', 'north'],
  ['Location', 'near=0|0|1e9|km&name:missing=false&_id=lyon,south,nowhere,beyond,around', 'lyon south'],
  ['Encounter', 'location.near=48.7|6.2|5|km', 'visit'],
  ['Encounter', 'location.near=48.8|2.3|20|km', ''],
  ['Location', '_has:Encounter:location:status=finished&near=48.7|6.2|300|km', 'nancy'],
];

const REFUSALS: readonly (readonly [query: string, detail: string])[] = [
  ['near=48.7', 'search-value'],
  ['near=48.7|', 'search-value'],
  ['near=|6.2', 'search-value'],
  ['near=north|6.2', 'search-value'],
  ['near=90.1|6.2|1|km', 'search-value'],
  ['near=-90.1|6.2|1|km', 'search-value'],
  ['near=48.7|180.1|1|km', 'search-value'],
  ['near=48.7|-180.1|1|km', 'search-value'],
  ['near=NaN|0|1|km', 'search-value'],
  ['near=0|Infinity|1|km', 'search-value'],
  ['near=48.7|6.2|-1|km', 'search-value'],
  ['near=48.7|6.2|far|km', 'search-value'],
  ['near=48.7|6.2|ge1|km', 'search-value'],
  ['near=48.7|6.2|1|kg', 'search-value'],
  ['near=48.7|6.2|1|bogus', 'search-value'],
  ['near=48.7|6.2|1|km|x', 'search-value'],
  ['near:missing=true', 'search-modifier'],
  ['_filter=near eq 1', 'search-filter'],
  ['_sort=near', 'search-value'],
];

const store = await worldStore(t, PLACES);

t.test('near', (t) => tryLines(t, store, LINES));

t.test('near is refused where it says no place or no distance', async (t) => {
  for (const [query, detail] of REFUSALS) {
    const error = await find(store, 'Location', query).catch((e: unknown) => e);
    t.equal(error instanceof FaultError ? error.faults[0]?.detail : 'taken', detail, query);
  }
  const error = await find(store, 'Location', 'near=x').catch((e: unknown) => e);
  t.match(error instanceof FaultError && error.faults[0]?.text, { en: /as in 48\.69\|6\.18\|20\|km/, fr: /comme 48/ });
  const other = await find(store, 'Organization', 'near=1|2').catch((e: unknown) => e);
  t.equal(other instanceof FaultError && other.faults[0]?.detail, 'search-parameter-unknown');
});

t.test('pages of near places neither skip nor repeat', async (t) => {
  for (const near of ['-17|180|4000|km', '90|0|20016|km', '48.7|6.2|300|km,4.9|-52.3|10|km']) {
    const query: [string, string][] = [['near', near]];
    const whole = (await find(store, 'Location', `near=${near}`)).rows.map((r) => r.id);
    const seen: string[] = [];
    for (
      let next: readonly (readonly [string, string])[] | undefined = [...query, ['_count', '2']];
      next !== undefined;
    ) {
      const search = await parseSearch({ definitions, clock }, store, 'Location', next, { base: BASE });
      const page = await store.search(search.plan);
      seen.push(...page.rows.map((r) => r.id));
      next = page.next === undefined ? undefined : search.nextPage(page.next);
    }
    t.ok(seen.length > 3);
    t.same(seen, whole, near);
  }
});

/** The angle between two places by their vectors: another way than the server's. */
function angle([lat, lon]: readonly [number, number], [lat2, lon2]: readonly [number, number]): number {
  const vector = (a: number, o: number) => {
    const [p, l] = [(a * Math.PI) / 180, (o * Math.PI) / 180];
    return [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)] as const;
  };
  const [a, b] = [vector(lat, lon), vector(lat2, lon2)];
  const cross = Math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
  return Math.atan2(cross, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

t.test('random places and distances', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.comment(`SEED=${seed}`);
  const random = seeded(seed);
  const within = (least: number, most: number) => Math.round((least + random() * (most - least)) * 1e4) / 1e4;
  const somewhere = (): [number, number] => {
    const kind = random();
    if (kind < 0.3) return [within(-90, 90), within(-180, 180)];
    if (kind < 0.6) return [within(-90, 90), random() < 0.5 ? within(179, 180) : within(-180, -179)];
    return [random() < 0.5 ? within(88, 90) : within(-90, -88), within(-180, 180)];
  };
  const points = Array.from({ length: 400 }, somewhere);
  const many = await worldStore(
    t,
    points.map(([latitude, longitude], i) => place(`p${i}`, latitude, longitude)),
  );
  let matches = 0;
  for (let i = 0; i < 300; i++) {
    const [centre, km] = [somewhere(), within(0, 10 ** within(0, 4.3))];
    const found = await find(many, 'Location', `near=${centre[0]}|${centre[1]}|${km}|km&_count=1000`);
    const ids = new Set(found.rows.map((r) => r.id));
    for (const [n, point] of points.entries()) {
      const distance = angle(centre, point) * 6371.0088;
      // What lies on the circle to a centimetre may fall on either side.
      if (Math.abs(distance - km) < 1e-5) continue;
      if (ids.has(`p${n}`) !== distance <= km)
        t.fail(`${centre} ${km} km: ${point} is ${distance} km away, SEED=${seed}`);
    }
    matches += ids.size;
  }
  t.ok(matches > 3_000, `${matches} matches`);
});
