// Wall-clock days in named zones, and the zones of French postal codes.
import type { Day } from './day.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let f = formatters.get(zone);
  if (f === undefined) {
    f = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(zone, f);
  }
  return f;
}

/** The local day in a zone at an instant (milliseconds since 1970). */
export function localDay(millis: number, zone: string): Day {
  return formatter(zone).format(millis) as Day;
}

/** Whether the runtime knows the zone (IANA name). */
export function isZone(zone: string): boolean {
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

// Source: contract 2.1; the first three digits of a French postal code name the overseas territory.
const OVERSEAS: Readonly<Record<string, string>> = {
  '971': 'America/Guadeloupe',
  '972': 'America/Martinique',
  '973': 'America/Cayenne',
  '974': 'Indian/Reunion',
  '975': 'America/Miquelon',
  '976': 'Indian/Mayotte',
  '977': 'America/Guadeloupe',
  '978': 'America/Guadeloupe',
  '986': 'Pacific/Wallis',
  '987': 'Pacific/Tahiti',
  '988': 'Pacific/Noumea',
};

export const METROPOLE = 'Europe/Paris';

/** The zone of a French postal code; Europe/Paris for the mainland and for anything unknown. */
export function zoneOfPostalCode(postalCode: string | undefined): string {
  return OVERSEAS[(postalCode ?? '').replace(/\s/g, '').slice(0, 3)] ?? METROPOLE;
}
