// Wall-clock times of a zone as FHIR dateTimes with the zone's offset.
import { zoneOfPostalCode } from '../kernel/zone.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

function wall(millis: number, zone: string): string {
  let f = formatters.get(zone);
  if (f === undefined) {
    f = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formatters.set(zone, f);
  }
  return f.format(millis).replace(' ', 'T');
}

/** The dateTime at which a clock in the zone of a postal code shows this day and time (`HH:MM`). */
export function localDateTime(day: string, time: string, postalCode: string): string {
  const zone = zoneOfPostalCode(postalCode);
  const shown = Date.parse(`${day}T${time}:00Z`);
  // Twice: the first guess may lie on the other side of a clock change.
  let instant = shown;
  for (let i = 0; i < 2; i++) instant = shown - (Date.parse(`${wall(instant, zone)}Z`) - instant);
  const offset = Math.round((Date.parse(`${wall(instant, zone)}Z`) - instant) / 60_000);
  const abs = Math.abs(offset);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${wall(instant, zone)}${offset < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}
