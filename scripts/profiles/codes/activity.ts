// tls-activity and tls-latm-code: made from the law room, which stays the only place where a line is described.
import type { Law, Line, Parameter } from '../../../src/law/law.ts';
import type { CodeSystemForm, ConceptForm, PropertyValue } from '../form.ts';

/** The latest value known, whatever the day: a code system shows one state; dated answers come from the operations. */
function latest<T>(parameter: Parameter<T>): T | undefined {
  return parameter.entries.findLast((e) => e.value !== null)?.value ?? undefined;
}

function firstListed(line: Line): string | undefined {
  return line.listed.entries.find((e) => e.value === true)?.from;
}

/** The day from which the line is struck off, when the last entry says so. */
function struckOff(line: Line): string | undefined {
  const last = line.listed.entries.at(-1);
  return last?.value === false ? last.from : undefined;
}

function concept(line: Line): ConceptForm {
  const measures = latest(line.measures);
  const values: Record<string, PropertyValue | readonly PropertyValue[] | undefined> = {
    kind: line.kind,
    pathology: line.pathology,
    latmCode: latest(line.latmCode),
    operatorTariff: latest(line.operatorTariff),
    frequency: latest(line.frequency),
    measure: [...(measures?.loinc.map((code) => `http://loinc.org|${code}`) ?? []), ...(measures?.codes ?? [])],
    category: measures?.categories,
    listedFrom: firstListed(line),
    listedUntil: struckOff(line),
  };
  const known = Object.entries(values).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return {
    code: line.code,
    display: line.label,
    properties: Object.fromEntries(known) as NonNullable<ConceptForm['properties']>,
  };
}

/** The lines of the LATM that the law room describes, in alphabetical order. */
export function activitySystem(law: Law): CodeSystemForm {
  return {
    id: 'tls-activity',
    title: { en: 'Activities of télésurveillance', fr: 'Activités de télésurveillance' },
    description: {
      en: 'Lines of the liste des activités de télésurveillance médicale (LATM) and of the PECAN. Properties show the latest value known; dated answers come from $observance and $billability.',
      fr: 'Lignes de la liste des activités de télésurveillance médicale (LATM) et de la PECAN. Les propriétés donnent la dernière valeur connue ; les réponses datées viennent de $observance et $billability.',
    },
    properties: [
      {
        code: 'kind',
        type: 'code',
        description: { en: 'generic, brand or pecan', fr: 'générique (generic), nom de marque (brand) ou PECAN' },
      },
      {
        code: 'pathology',
        type: 'code',
        description: {
          en: 'Lines of one pathology exclude each other',
          fr: 'Les lignes d’une même pathologie s’excluent',
        },
      },
      {
        code: 'latmCode',
        type: 'string',
        description: { en: 'Code of the line on the LATM', fr: 'Code de la ligne sur la LATM' },
      },
      {
        code: 'operatorTariff',
        type: 'code',
        description: { en: 'Forfait opérateur: TVA or TVB', fr: 'Forfait opérateur : TVA ou TVB' },
      },
      {
        code: 'frequency',
        type: 'code',
        description: { en: 'How often data are due: daily or weekly', fr: 'Rythme dû des données : daily ou weekly' },
      },
      {
        code: 'measure',
        type: 'string',
        description: { en: 'A code that counts, as system|code', fr: 'Un code qui compte, sous la forme système|code' },
      },
      {
        code: 'category',
        type: 'code',
        description: {
          en: 'A category whose Observations all count',
          fr: 'Une catégorie dont toutes les Observations comptent',
        },
      },
      {
        code: 'listedFrom',
        type: 'dateTime',
        description: { en: 'First day on the list', fr: 'Premier jour d’inscription' },
      },
      {
        code: 'listedUntil',
        type: 'dateTime',
        description: { en: 'Day on which it is struck off', fr: 'Jour de la radiation' },
      },
    ],
    concepts: Object.values(law.lines)
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map(concept),
  };
}

/** Codes that a forfait technique is invoiced under, as far as they are published. */
export function latmCodeSystem(law: Law): CodeSystemForm {
  const concepts = Object.values(law.lines).flatMap((line) => {
    const code = latest(line.latmCode);
    return code === undefined ? [] : [{ code, display: line.label }];
  });
  return {
    id: 'tls-latm-code',
    title: { en: 'Codes of the forfait technique', fr: 'Codes du forfait technique' },
    description: {
      en: 'Codes under which a forfait technique is invoiced: the code of a line of the LATM, or the individual code given to a DMN (art. R.162-102 CSS). Only the codes of lines that are known are listed.',
      fr: 'Codes sous lesquels un forfait technique est facturé : le code d’une ligne de la LATM, ou le code individuel attribué à un DMN (art. R.162-102 CSS). Seuls les codes de ligne connus sont énumérés.',
    },
    content: 'fragment',
    concepts: concepts.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
  };
}
