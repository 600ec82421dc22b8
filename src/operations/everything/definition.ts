// Patient/$everything: https://hl7.org/fhir/R4/patient-operation-everything.html
import type { Definitions } from '../../fhir/definitions/types.ts';
import { codes, date, instant, integer, text } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

/** R4 wants the whole record in one Bundle where that is possible; a longer one is paged. */
export const PAGE = 1000;

export const definition = {
  code: 'everything',
  title: { en: 'The whole record of a patient, or of all', fr: 'Le dossier complet d’un patient, ou de tous' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  type: 'Patient',
  levels: ['type', 'instance'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  note: `Of one Patient, or of all. At most ${PAGE} records a page, and the organisations, practitioners, devices … that they name.`,
  inputs: [
    {
      name: 'start',
      type: 'date',
      text: { en: 'Care on this day or later', fr: 'Soins de ce jour ou plus tard' },
    },
    { name: 'end', type: 'date', text: { en: 'Care on this day or earlier', fr: 'Soins de ce jour ou plus tôt' } },
    {
      name: '_since',
      type: 'instant',
      text: { en: 'Stored at this instant or later', fr: 'Enregistré à cet instant ou plus tard' },
    },
    {
      name: '_type',
      type: 'code',
      many: true,
      text: { en: 'Resources of these types alone', fr: 'Seulement les ressources de ces types' },
    },
    { name: '_count', type: 'integer', text: { en: 'Records a page', fr: 'Dossiers par page' } },
  ],
  paged: true,
} as const satisfies Omit<Operation, 'run'>;

export function parameters({ resourceTypes }: Definitions) {
  return {
    start: date,
    end: date,
    _since: instant,
    _type: codes(resourceTypes),
    _count: integer(1, Number.MAX_SAFE_INTEGER),
    _cursor: text,
  };
}
