// A law that cannot be trusted is not loaded: the message names the file and the field.
import t from 'tap';
import { loadLaw } from '../../src/law/load.ts';
import { everyParameter } from '../../src/law/parameters.ts';
import { type Copy, copyRoom } from './room.ts';

const PRICE = 'lines/ic/technical-price.json';

const CASES: readonly { what: string; spoil: (room: Copy) => void; says: RegExp }[] = [
  {
    what: 'a text that is no JSON',
    spoil: (r) => r.write(PRICE, '{'),
    says: /law\/lines\/ic\/technical-price\.json .*is not JSON/,
  },
  {
    what: 'a price in euros',
    spoil: (r) => r.set(PRICE, '/entries/0/value', 50.5),
    says: /technical-price\.json \/entries\/0\/value: must be integer/,
  },
  {
    what: 'a price of zero',
    spoil: (r) => r.set(PRICE, '/entries/0/value', 0),
    says: /technical-price\.json \/entries\/0\/value: must be >= 1/,
  },
  {
    what: 'an entry without a source',
    spoil: (r) => r.set(PRICE, '/entries/0/source', undefined),
    says: /technical-price\.json \/entries\/0: must have required property 'source'/,
  },
  {
    what: 'an unknown value without a note',
    spoil: (r) => r.set(PRICE, '/entries/0', { from: '2023-07-01', value: null, source: 'css#r162-95' }),
    says: /technical-price\.json \/entries\/0: must have required property 'note'/,
  },
  {
    what: 'a day that does not exist',
    spoil: (r) => r.set(PRICE, '/verified', '2024-02-30'),
    says: /technical-price\.json \/verified: 2024-02-30 is no day/,
  },
  {
    what: 'entries on the same day',
    spoil: (r) => r.set(PRICE, '/entries/-', JSON.parse(r.read(PRICE)).entries[0]),
    says: /technical-price\.json \/entries\/1\/from: is not after 2023-07-01/,
  },
  {
    what: 'a gap at the start',
    spoil: (r) => r.set(PRICE, '/knownFrom', '2023-06-30'),
    says: /technical-price\.json \/knownFrom: is not the day of the first entry/,
  },
  {
    what: 'a verification before the beginning',
    spoil: (r) => r.set(PRICE, '/verified', '2023-06-30'),
    says: /technical-price\.json \/verified: is before knownFrom/,
  },
  {
    what: 'a name that is not its place',
    spoil: (r) => r.set(PRICE, '/name', 'lines.dt.technical-price'),
    says: /technical-price\.json \/name: is lines\.dt\.technical-price, the place says lines\.ic\.technical-price/,
  },
  {
    what: 'an unknown unit',
    spoil: (r) => r.set(PRICE, '/unit', 'euros'),
    says: /technical-price\.json \/unit: euros is no unit/,
  },
  {
    what: 'a unit of another place',
    spoil: (r) => r.set('limits/window-days.json', '/unit', 'months'),
    says: /window-days\.json \/unit: is months, this place needs days/,
  },
  {
    what: 'a field nobody knows',
    spoil: (r) => r.set(PRICE, '/to', '2025-01-01'),
    says: /technical-price\.json \/: must NOT have additional properties \(to\)/,
  },
  {
    what: 'a missing file',
    spoil: (r) => r.remove('lines/pci/frequency.json'),
    says: /law\/lines\/pci\/frequency\.json \/: is missing/,
  },
  {
    what: 'a file nobody reads',
    spoil: (r) => r.write('lines/ic/price.json', r.read(PRICE).replace('lines.ic.technical-price', 'lines.ic.price')),
    says: /law\/lines\/ic\/price\.json \/: belongs to no known place/,
  },
  {
    what: 'a line in the wrong folder',
    spoil: (r) => r.set('lines/dt/line.json', '/code', 'dg'),
    says: /law\/lines\/dt\/line\.json \/code: is dg, the folder says dt/,
  },
  {
    what: 'a reference without https',
    spoil: (r) => r.set('legal.json', '/one-year-cap/uri', 'http://example.org'),
    says: /law\/legal\.json \/one-year-cap\/uri: must match pattern/,
  },
];

for (const { what, spoil, says } of CASES)
  t.test(`refuses ${what}`, async (t) => {
    const room = copyRoom(t);
    spoil(room);
    t.throws(() => loadLaw(room.folder), { name: 'LawError', message: says });
  });

t.test('tells all problems of all files at once', async (t) => {
  const room = copyRoom(t);
  room.write(PRICE, '[');
  room.set('shares/general.json', '/entries/0/value', 160);
  t.throws(() => loadLaw(room.folder), { message: /ic\/technical-price\.json.*\nlaw\/shares\/general\.json / });
});

t.test('a law that was loaded cannot be changed', async (t) => {
  const law = loadLaw();
  t.notOk(Reflect.set(law.lines.ic!.technicalPrice.entries[0]!, 'value', 1));
  t.notOk(Reflect.set(law.operatorKindsThatCannotBill.entries[0]!.value!, '0', 'liberal'));
  t.notOk(Reflect.deleteProperty(law.legal, 'one-year-cap'));
  t.notOk(Reflect.set(law.lines, 'ic', undefined));
});

t.test('the walk meets each parameter once', async (t) => {
  const law = loadLaw();
  const names = everyParameter(law).map((p) => p.name);
  t.strictSame(names, [...new Set(names)].sort());
  t.equal(names.length, Object.keys(law.lines).length * 8 + 2 + 4 + 4 + 11 + 5 + 1);
});
