// The population as a table: one line for each window, for a spreadsheet (RFC 4180, UTF-8 with BOM, CRLF).
// In French: `;` between cells and a decimal comma, as French spreadsheets read them; else `,` and a point.
import type { Decision } from '../../core/result.ts';
import type { Situation } from '../../core/situation.ts';
import type { Language } from '../../fhir/outcome.ts';
import type { Cents } from '../../kernel/cents.ts';
import { decimals } from '../print/parameters.ts';
import type { Answered } from './gather.ts';

/** A cell: texts are made harmless, numbers get the decimal sign of the language. */
type Cell = string | { readonly number: string } | undefined;

interface Row {
  readonly situation: Situation;
  readonly prescription: string;
  readonly decision: Decision;
  readonly language: Language;
}

const COLUMNS: readonly (readonly [name: string, cell: (row: Row) => Cell])[] = [
  ['patient', (r) => r.situation.chain.patient],
  ['prescription', (r) => `ServiceRequest/${r.prescription}`],
  ['activity', (r) => r.situation.chain.activity],
  ['index', (r) => number(r.decision.assessment.index)],
  ['start', (r) => r.decision.assessment.period.start],
  ['end', (r) => r.decision.assessment.period.end],
  ['status', (r) => r.decision.status],
  ['otherPolicy', (r) => r.decision.otherPolicy],
  ['unit', (r) => r.decision.assessment.unit],
  ['expected', (r) => number(r.decision.assessment.expected)],
  ['received', (r) => number(r.decision.assessment.received)],
  ['ratio', (r) => number(r.decision.assessment.ratio)],
  ['observance', (r) => r.decision.assessment.status],
  ['reasons', (r) => r.decision.reasons.map((x) => x.code).join(' ')],
  ['operatorCode', (r) => r.decision.operator?.code],
  ['coefficient', (r) => number(r.decision.operator?.coefficient)],
  ['operatorAmount', (r) => money(r.decision.operator?.amount)],
  ['operatorAmo', (r) => money(r.decision.operator?.amo)],
  ['operatorAmc', (r) => money(r.decision.operator?.amc)],
  ['technicalCode', (r) => r.decision.technical?.code],
  ['technicalAmount', (r) => money(r.decision.technical?.amount)],
  ['technicalAmo', (r) => money(r.decision.technical?.amo)],
  ['technicalAmc', (r) => money(r.decision.technical?.amc)],
  ['lastVerified', (r) => r.decision.technical?.lastVerified],
  ['reason', (r) => r.decision.reasons[0]?.text[r.language]],
];

const BOM = '\uFEFF';
const END = '\r\n';

export function csvHead(language: Language): string {
  return BOM + COLUMNS.map(([name]) => name).join(separatorOf(language)) + END;
}

/** The lines of one chain. */
export function csvLines({ prescription, situation, decisions }: Answered, language: Language): string {
  const separator = separatorOf(language);
  const lines = decisions.map((decision) => {
    const row: Row = { situation, prescription, decision, language };
    return COLUMNS.map(([, cell]) => printed(cell(row), language)).join(separator) + END;
  });
  return lines.join('');
}

function separatorOf(language: Language): string {
  return language === 'fr' ? ';' : ',';
}

function number(value: number | undefined): Cell {
  return value === undefined ? undefined : { number: String(value) };
}

function money(amount: Cents | undefined): Cell {
  return amount === undefined ? undefined : { number: decimals(amount) };
}

function printed(cell: Cell, language: Language): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return language === 'fr' ? cell.number.replace('.', ',') : cell.number;
  // One line a window: no cell breaks it. A cell that begins like a formula would be run by the spreadsheet.
  const flat = cell.replace(/[\r\n\t]+/g, ' ');
  const safe = /^[=+\-@]/.test(flat) ? `'${flat}` : flat;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
