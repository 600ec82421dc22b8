// Positions within a distance of a point: the box around it by the index on latitudes, then the great circle itself.
import type { NearClause } from '../types.ts';
import type { Values } from './statement.ts';

/** Mean radius of the Earth in metres (IUGG). */
const RADIUS = 6_371_008.8;
const DEGREE = Math.PI / 180;
/** Degrees by which a box is wider, so that no rounding leaves out what lies on its edge: a tenth of a millimetre. */
const MARGIN = 1e-9;

/** The condition on a row of numbers that holds a latitude in `lo` and a longitude in `hi`. */
export function nearTest({ latitude, longitude, metres }: NearClause, row: string, values: Values): string {
  const put = (value: number) => values.put(value, 'float8');
  const angle = Math.min(metres / RADIUS, Math.PI);
  const reach = angle / DEGREE + MARGIN;
  const tests = [`${row}.lo between ${put(latitude - reach)} and ${put(latitude + reach)}`];
  const longitudes = longitudesOf(latitude, longitude, angle);
  if (longitudes !== undefined) {
    // Over the meridian of 180° the box goes on at the other side.
    const word = longitudes.from <= longitudes.to ? 'and' : 'or';
    tests.push(`(${row}.hi >= ${put(longitudes.from)} ${word} ${row}.hi <= ${put(longitudes.to)})`);
  }
  // Haversines instead of distances: they grow together, and need no inverse.
  const haversine = [
    `power(sind((${row}.lo - ${put(latitude)}) / 2), 2)`,
    `cosd(${row}.lo) * ${put(Math.cos(latitude * DEGREE))} * power(sind((${row}.hi - ${put(longitude)}) / 2), 2)`,
  ].join(' + ');
  tests.push(`${haversine} <= ${put(Math.sin(angle / 2) ** 2)}`);
  return tests.join(' and ');
}

/** The longitudes that the circle touches, in degrees; undefined = all of them, as a pole lies within. */
function longitudesOf(latitude: number, longitude: number, angle: number): { from: number; to: number } | undefined {
  if (Math.abs(latitude) + angle / DEGREE + MARGIN >= 90) return undefined;
  const width = Math.asin(Math.min(1, Math.sin(angle) / Math.cos(latitude * DEGREE))) / DEGREE + MARGIN;
  return width >= 180 ? undefined : { from: wrapped(longitude - width), to: wrapped(longitude + width) };
}

function wrapped(longitude: number): number {
  if (longitude < -180) return longitude + 360;
  return longitude > 180 ? longitude - 360 : longitude;
}
