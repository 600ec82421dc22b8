// Cohorts of any size, drawn from a seed: how many patients, how many days, who transmits well and who does not.
import { draw } from './draw.ts';
import type { Cohort, Measure, PatientRecipe, Stream } from './recipe.ts';

interface Kind {
  readonly activity: string;
  readonly dmn: string;
  readonly measure: Measure;
  /** Share of the cohort, in percent; the kinds add up to 100. */
  readonly share: number;
}

const KINDS: readonly Kind[] = [
  { activity: 'ic', dmn: 'cardio', measure: 'weight', share: 50 },
  { activity: 'dt', dmn: 'glyco', measure: 'glucose-mmol', share: 25 },
  { activity: 'iresp', dmn: 'souffle', measure: 'spo2', share: 15 },
  { activity: 'irc', dmn: 'rein', measure: 'blood-pressure', share: 10 },
];
const POSTAL: readonly string[] = ['75012', '69003', '33000', '59000', '13001', '97400', '97200', '98714'];
const GIVEN: readonly string[] = [
  'Camille',
  'Dominique',
  'Claude',
  'Alix',
  'Sacha',
  'Morgan',
  'Noa',
  'Lou',
  'Eden',
  'Charlie',
];
const TIMES: readonly string[] = ['07:15', '12:40', '19:20', '22:10'];

/**
 * @param base gives the operators, exploitants and DMNs (the demonstration's)
 * @param perDay readings of a day with data, 1 to 4
 */
export function drawCohort(
  base: Cohort,
  wanted: { readonly patients: number; readonly days: number; readonly perDay: number; readonly seed: number },
): Cohort {
  const random = draw(`cohort/${wanted.seed}`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const patients: PatientRecipe[] = [];
  for (let n = 0; n < wanted.patients; n++) {
    const kind = kindAt(random() * 100);
    patients.push({
      key: `seed-${wanted.seed}-${n}`,
      why: 'Drawn from the seed',
      family: 'ESSAI',
      given: pick(GIVEN),
      gender: random() < 0.5 ? 'female' : 'male',
      birthDate: `${1935 + Math.floor(random() * 60)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}`,
      postalCode: pick(POSTAL),
      ...(random() < 0.4 ? { exemption: { code: 'ald' } } : {}),
      prescriptions: [
        {
          activity: kind.activity,
          dmn: kind.dmn,
          operator: pick(['chu', 'msp']),
          start: -wanted.days,
          days: Math.min(365, wanted.days + 90),
          ...(kind.activity === 'irc' ? { transmission: { frequency: 3, period: 1, periodUnit: 'wk' } } : {}),
        },
      ],
      streams: streams(kind.measure, wanted.days, wanted.perDay, random),
    });
  }
  return { ...base, patients };
}

function kindAt(percent: number): Kind {
  let sum = 0;
  for (const kind of KINDS) {
    sum += kind.share;
    if (percent < sum) return kind;
  }
  return KINDS[0] as Kind;
}

/** Three of four transmit every day; the others stop, or skip days. */
function streams(measure: Measure, days: number, perDay: number, random: () => number): Stream[] {
  const at = TIMES.slice(0, perDay);
  const r = random();
  if (r < 0.75) return [{ measure, from: 0, to: days, at }];
  if (r < 0.85) return [{ measure, from: 0, to: Math.floor(days * random()), at }];
  return [{ measure, from: 0, to: days, every: 2 + Math.floor(random() * 3), at }];
}
