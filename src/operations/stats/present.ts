// The answer of $stats: an Observation of figures for each coding and unit, then the Observations behind them.
import type { Figures } from '../../storage/types.ts';
import { parametersText, quoted } from '../print/parameters.ts';
import type { Asked, Coding } from './asked.ts';
import { STATISTICS, SYSTEM } from './definition.ts';
import type { Gathered } from './gather.ts';

const UCUM = 'http://unitsofmeasure.org';
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
/** Figures that are numbers, whatever is measured. */
const PURE: ReadonlySet<string> = new Set(['count', 'total-count', 'skew', 'kurtosis']);

/** Parameters as JSON text. Asked codings first, in the order asked, then those found in panels. */
export function present(asked: Asked, { figures, sources }: Gathered): string {
  const rank = new Map(asked.codings.map((c, i) => [keyOf(c), i]));
  const place = (f: Coding) => rank.get(keyOf(f)) ?? rank.size;
  const all = [...figures, ...nothing(asked, figures)].sort((a, b) => place(a) - place(b));
  return parametersText(
    [
      ...all.map((f) => `{"name":"statistics","resource":${observation(asked, f)}}`),
      ...sources.map(({ content }) => `{"name":"source","resource":${content}}`),
    ].join(','),
  );
}

function keyOf({ system, code }: Coding): string {
  return `${system}\n${code}`;
}

/** Codings of which nothing was measured: counted, and none of the rest is defined. One that is a panel is told by its parts. */
function nothing({ codings }: Asked, figures: readonly Figures[]): Figures[] {
  const found = new Set(figures.map(keyOf));
  const panel = figures.some((f) => !codings.some((c) => keyOf(c) === keyOf(f)));
  return codings
    .filter((c) => !found.has(keyOf(c)) && !panel)
    .map((c) => ({ ...c, unit: null, shown: null, figures: { count: '0', 'total-count': '0' } }));
}

function observation({ subject, period, statistics }: Asked, figures: Figures): string {
  const { system, code } = figures;
  const coding = JSON.stringify({ coding: [{ ...(system === '' ? {} : { system }), code }] });
  const head = `"resourceType":"Observation","status":"final","code":${coding},"subject":{"reference":${quoted(subject)}}`;
  const time = period === undefined ? '' : `,"effectivePeriod":${JSON.stringify(period)}`;
  const parts = statistics.flatMap((s) => STATISTICS[s]!.map((figure) => component(s, figure, figures)));
  return `{${head}${time},"component":[${parts.join(',')}]}`;
}

function component(statistic: string, figure: string, { figures, unit, shown }: Figures): string {
  const text = figure === statistic ? {} : { text: figure };
  const code = JSON.stringify({ coding: [{ system: SYSTEM, code: statistic }], ...text });
  const value = figures[figure];
  // A statistic of too few values, or of values that are all the same, may not be a number.
  if (value === undefined || value === null || !/^-?\d/.test(value)) {
    const reason = JSON.stringify({ coding: [{ system: ABSENT, code: 'not-a-number' }] });
    return `{"code":${code},"dataAbsentReason":${reason}}`;
  }
  const ucum = ucumOf(figure, unit);
  const name = ucum === unit && shown !== null ? shown : ucum;
  return `{"code":${code},"valueQuantity":{"value":${value},"unit":${quoted(name)},"system":"${UCUM}","code":${quoted(ucum)}}}`;
}

function ucumOf(figure: string, unit: string | null): string {
  if (unit === null || PURE.has(figure)) return '1';
  if (figure === 'variance') return unit === '1' ? unit : `(${unit})2`;
  if (figure === 'gradient') return unit === '1' ? '/d' : `(${unit})/d`;
  return unit;
}
