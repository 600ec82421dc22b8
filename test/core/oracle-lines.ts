// The oracle's law: what the contract says of the lines, once more, without the law room's data.

const GLUCOSE = ['2339-0', '2345-7', '41653-7', '14743-9', '15074-8', '99504-3'];
export interface LineFacts {
  readonly from: string;
  /** From this day on, and before `from`, nobody knows whether the line is listed. */
  readonly unsureFrom?: string;
  readonly measures: readonly string[] | 'survey' | undefined;
  readonly frequency: 'day' | 'week' | undefined;
  readonly price: number | undefined;
  readonly grid: boolean;
  readonly code: string | undefined;
  readonly caps: number;
  readonly pathology: string;
}
const WEEKLY_GENERIC = { measures: GLUCOSE, frequency: 'week', price: 5000, grid: true, caps: 3 } as const;
const WEEKLY_BRAND = {
  measures: GLUCOSE,
  frequency: 'week',
  grid: true,
  caps: 0,
  code: undefined,
  pathology: 'dg',
} as const;
// Contract 1, 1.1, 2.2, 2.4, 2.8; codes and dates of the five generic lines from the arrêtés of 2023.
export const LINES: Readonly<Record<string, LineFacts>> = {
  ic: {
    from: '2023-07-01',
    measures: ['29463-7', '3141-9', '3142-7'],
    frequency: 'day',
    price: 5000,
    grid: true,
    code: '1612544',
    caps: 6,
    pathology: 'ic',
  },
  iresp: {
    from: '2023-07-01',
    measures: ['2708-6', '59408-5', '9279-1'],
    frequency: 'day',
    price: 5000,
    grid: true,
    code: '1659468',
    caps: 0,
    pathology: 'iresp',
  },
  dt: { ...WEEKLY_GENERIC, from: '2023-07-01', code: '1654962', pathology: 'dt' },
  dg: { ...WEEKLY_GENERIC, from: '2023-07-01', code: '1694358', pathology: 'dg' },
  irc: {
    from: '2023-07-01',
    measures: ['85354-9', '29463-7', '2160-0', '14682-9'],
    frequency: undefined,
    price: 5000,
    grid: true,
    code: '1668102',
    caps: 0,
    pathology: 'irc',
  },
  pci: {
    from: '2024-03-31',
    measures: undefined,
    frequency: undefined,
    price: undefined,
    grid: false,
    code: undefined,
    caps: 0,
    pathology: 'pci',
  },
  'dg-mydiabby': { ...WEEKLY_BRAND, from: '2024-09-01', price: 5000 },
  'dg-glooko-xt': { ...WEEKLY_BRAND, from: '2025-01-01', price: undefined },
  'onco-cureety': {
    from: '2025-07-01',
    unsureFrom: '2025-01-01',
    measures: 'survey',
    frequency: undefined,
    price: undefined,
    grid: true,
    code: undefined,
    caps: 0,
    pathology: 'onco',
  },
};
export const GRID: Readonly<Record<string, number>> = {
  organisational: 5000,
  'quality-of-life': 7333,
  morbidity: 8250,
  mortality: 9167,
};
// The arrêté of 21 December 2023 stands in the Journal officiel of 7 January 2024.
export const MAJORE_FROM = '2024-01-08';
