// Values of `near`: latitude|longitude|distance|unit (R4 location.html#search). On a sphere of the mean radius of the Earth,
// which is within 0.6 % of the distances on WGS84.
import type { PositionIndex } from '../extract/position.ts';
import type { Result } from './draft.ts';
import { parseDecimal } from './numbers.ts';
import { badValue } from './refusals.ts';
import { conversion } from './units.ts';
import { barParts } from './values.ts';

/** R4 leaves it to the server what is near when no distance is given: a day's errand. In kilometres. */
const DEFAULT_DISTANCE = '50';

const WANTED = {
  en: 'latitude|longitude|distance|unit: degrees from -90 to 90 and -180 to 180, a distance from 0 in a UCUM unit of length (km when it is left out), as in 48.69|6.18|20|km',
  fr: 'latitude|longitude|distance|unité : des degrés de -90 à 90 et de -180 à 180, une distance à partir de 0 dans une unité UCUM de longueur (km à défaut), comme 48.69|6.18|20|km',
};

/** The draft of one value. */
export async function nearClause({ key }: PositionIndex, name: string, value: string): Promise<Result> {
  const parts = barParts(value);
  const [latitude, longitude] = [degrees(parts[0], 90), degrees(parts[1], 180)];
  if (parts.length > 4 || latitude === undefined || longitude === undefined) return badValue(name, value, WANTED);
  const [, , distance = '', unit = ''] = parts;
  const metres = await inMetres(distance === '' ? DEFAULT_DISTANCE : distance, distance === '' ? '' : unit);
  if (metres === undefined) return badValue(name, value, WANTED);
  return { kind: 'near', param: key, latitude, longitude, metres };
}

function degrees(text: string | undefined, most: number): number | undefined {
  const number = text === undefined || parseDecimal(text) === undefined ? Number.NaN : Number(text);
  return Math.abs(number) <= most ? number : undefined;
}

async function inMetres(distance: string, unit: string): Promise<number | undefined> {
  if (parseDecimal(distance) === undefined || Number(distance) < 0) return undefined;
  const convert = await conversion(unit === '' ? 'km' : unit, 'm');
  const metres = convert === undefined ? Number.NaN : Number(convert(distance));
  return Number.isFinite(metres) ? metres : undefined;
}
