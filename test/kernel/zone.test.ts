import t from 'tap';
import { isZone, localDay, zoneOfPostalCode } from '../../src/kernel/zone.ts';

const CODES: readonly [postalCode: string | undefined, zone: string][] = [
  ['75012', 'Europe/Paris'],
  ['97110', 'America/Guadeloupe'],
  ['97200', 'America/Martinique'],
  ['97300', 'America/Cayenne'],
  ['97400', 'Indian/Reunion'],
  ['97500', 'America/Miquelon'],
  ['97600', 'Indian/Mayotte'],
  ['97700', 'America/Guadeloupe'],
  ['97800', 'America/Guadeloupe'],
  ['98600', 'Pacific/Wallis'],
  ['987 14', 'Pacific/Tahiti'],
  ['98800', 'Pacific/Noumea'],
  ['98000', 'Europe/Paris'],
  [undefined, 'Europe/Paris'],
];
for (const [postalCode, zone] of CODES) {
  t.test(`${postalCode} is in ${zone}`, async (t) => {
    t.equal(zoneOfPostalCode(postalCode), zone);
    t.ok(isZone(zone));
  });
}
t.test('the same instant is another day in another zone', async (t) => {
  const instant = Date.parse('2026-03-28T23:30:00Z');
  t.equal(localDay(instant, 'Europe/Paris'), '2026-03-29');
  t.equal(localDay(instant, 'Pacific/Tahiti'), '2026-03-28');
  t.equal(localDay(Date.parse('2026-10-24T22:00:00Z'), 'Europe/Paris'), '2026-10-25');
  t.equal(localDay(Date.parse('2026-10-24T21:59:59Z'), 'Europe/Paris'), '2026-10-24');
});
t.test('an invented zone is none', async (t) => t.notOk(isZone('Europe/Lutece')));
