// The extensions of contract names `tls-*`: one value each, or named parts.
import type { Text } from '../../../src/kernel/fault.ts';
import { type ElementRule, type ProfileForm, structure, type TypeRule, valueSet } from '../form.ts';

interface ValueForm {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  readonly context: readonly string[];
  readonly type: TypeRule;
  readonly required?: string;
  readonly invariants?: ElementRule['invariants'];
}

function single(form: ValueForm): ProfileForm {
  const { id, title, description, context } = form;
  return {
    id,
    title,
    description,
    type: 'Extension',
    context,
    rules: [
      { at: 'extension', max: '0' },
      { at: 'url', value: { fixedUri: structure(id) } },
      {
        at: 'value[x]',
        short: title,
        min: 1,
        types: [form.type],
        ...(form.required && { required: form.required }),
        ...(form.invariants && { invariants: form.invariants }),
      },
    ],
  };
}

interface PartForm {
  readonly name: string;
  readonly short: Text;
  readonly min: 0 | 1;
  readonly type: string;
  readonly required?: string;
  readonly value?: ElementRule['value'];
}

function compound(form: Omit<ValueForm, 'type'> & { readonly parts: readonly PartForm[] }): ProfileForm {
  const { id, title, description, context, parts } = form;
  return {
    id,
    title,
    description,
    type: 'Extension',
    context,
    rules: [
      ...parts.flatMap((part): ElementRule[] => [
        { at: `extension:${part.name}`, short: part.short, min: part.min, max: '1' },
        { at: `extension:${part.name}.extension`, max: '0' },
        { at: `extension:${part.name}.url`, value: { fixedUri: part.name } },
        {
          at: `extension:${part.name}.value[x]`,
          short: part.short,
          min: 1,
          types: [{ code: part.type }],
          ...(part.required && { required: part.required }),
          ...(part.value && { value: part.value }),
        },
      ]),
      { at: 'url', value: { fixedUri: structure(id) } },
      { at: 'value[x]', max: '0' },
    ],
  };
}

const EUROS = { patternMoney: { currency: 'EUR' } };

export const extensions: readonly ProfileForm[] = [
  single({
    id: 'tls-dmn-prescribed',
    title: { en: 'DMN prescribed', fr: 'DMN prescrit' },
    description: {
      en: 'The dispositif médical numérique that the ordonnance names by its brand.',
      fr: 'Le dispositif médical numérique que l’ordonnance désigne par son nom de marque.',
    },
    context: ['ServiceRequest'],
    type: { code: 'Reference', targets: ['Device'] },
  }),
  single({
    id: 'tls-monitoring-start',
    title: { en: 'Start of the monitoring', fr: 'Début du suivi' },
    description: {
      en: 'First day of the monitoring; without it, the first day of the prescription’s validity.',
      fr: 'Premier jour du suivi ; à défaut, le premier jour de validité de la prescription.',
    },
    context: ['ServiceRequest'],
    type: { code: 'date' },
    invariants: [wholeDay('tls-start-1')],
  }),
  single({
    id: 'tls-monitoring-end',
    title: { en: 'End of the monitoring', fr: 'Fin du suivi' },
    description: {
      en: 'Last day of a follow-up that stopped earlier than planned.',
      fr: 'Dernier jour d’un suivi arrêté plus tôt que prévu.',
    },
    context: ['ServiceRequest'],
    type: { code: 'date' },
    invariants: [wholeDay('tls-end-1')],
  }),
  single({
    id: 'tls-expected-transmission',
    title: { en: 'Expected transmission', fr: 'Transmission attendue' },
    description: {
      en: 'How often data are to arrive; used when the texts give no frequency for the activity.',
      fr: 'Rythme attendu des données ; utilisé quand les textes ne fixent pas de fréquence pour l’activité.',
    },
    context: ['ServiceRequest'],
    type: { code: 'Timing' },
    invariants: [
      {
        key: 'tls-timing-1',
        severity: 'error',
        human: {
          en: 'The timing says how often: repeat.period and periodUnit, and repeat.frequency unless it is once.',
          fr: 'Le rythme dit combien de fois : repeat.period et periodUnit, et repeat.frequency sauf si c’est une fois.',
        },
        expression: 'repeat.period.exists() and repeat.period > 0 and repeat.periodUnit.exists()',
      },
    ],
  }),
  single({
    id: 'tls-operator-level',
    title: { en: 'Operator level', fr: 'Niveau du forfait opérateur' },
    description: {
      en: 'Coefficient asked for the forfait opérateur: 1 (base), 2 or 2.5 (forfaits majorés).',
      fr: 'Coefficient demandé pour le forfait opérateur : 1 (socle), 2 ou 2,5 (forfaits majorés).',
    },
    context: ['ServiceRequest'],
    type: { code: 'decimal' },
    invariants: [
      {
        key: 'tls-level-1',
        severity: 'error',
        human: { en: 'The level is 1, 2 or 2.5.', fr: 'Le niveau vaut 1, 2 ou 2,5.' },
        expression: '$this = 1 or $this = 2 or $this = 2.5',
      },
    ],
  }),
  compound({
    id: 'tls-latm-line',
    title: { en: 'Line of the LATM', fr: 'Ligne de la LATM' },
    description: {
      en: 'An activity for which the DMN is listed, with its individual code and the interest recognised.',
      fr: 'Une activité pour laquelle le DMN est inscrit, avec son code individuel et l’intérêt reconnu.',
    },
    context: ['Device'],
    parts: [
      {
        name: 'activity',
        short: { en: 'Activity of the list', fr: 'Activité de la liste' },
        min: 1,
        type: 'Coding',
        required: valueSet('tls-activity'),
      },
      {
        name: 'individualCode',
        short: { en: 'Individual code of the DMN', fr: 'Code individuel du DMN' },
        min: 0,
        type: 'code',
      },
      {
        name: 'interest',
        short: { en: 'Interest recognised', fr: 'Intérêt reconnu' },
        min: 0,
        type: 'code',
        required: valueSet('tls-interest'),
      },
    ],
  }),
  compound({
    id: 'tls-ans-certificate',
    title: { en: 'ANS certificate', fr: 'Certificat de l’ANS' },
    description: {
      en: 'Certificate of conformity to the référentiel d’interopérabilité et de sécurité des DMN.',
      fr: 'Certificat de conformité au référentiel d’interopérabilité et de sécurité des DMN.',
    },
    context: ['Device'],
    parts: [
      { name: 'number', short: { en: 'Number', fr: 'Numéro' }, min: 1, type: 'string' },
      { name: 'period', short: { en: 'Days of validity', fr: 'Jours de validité' }, min: 1, type: 'Period' },
    ],
  }),
  single({
    id: 'tls-ce-marking',
    title: { en: 'CE marking', fr: 'Marquage CE' },
    description: {
      en: 'Class of the device under the European regulation on medical devices.',
      fr: 'Classe du dispositif au sens du règlement européen sur les dispositifs médicaux.',
    },
    context: ['Device'],
    type: { code: 'code' },
    required: valueSet('tls-ce-marking'),
  }),
  compound({
    id: 'tls-share',
    title: { en: 'Shares of an amount', fr: 'Répartition d’un montant' },
    description: {
      en: 'What of an item’s amount the compulsory insurance pays, and what is left.',
      fr: 'Part du montant d’une ligne prise en charge par l’assurance maladie obligatoire, et le reste.',
    },
    context: ['Claim.item'],
    parts: [
      {
        name: 'amo',
        short: { en: 'Compulsory insurance', fr: 'Part obligatoire (AMO)' },
        min: 1,
        type: 'Money',
        value: EUROS,
      },
      {
        name: 'amc',
        short: { en: 'Complementary insurance or patient', fr: 'Part complémentaire (AMC) ou patient' },
        min: 1,
        type: 'Money',
        value: EUROS,
      },
    ],
  }),
];

function wholeDay(key: string) {
  return {
    key,
    severity: 'error',
    human: {
      en: 'The date names a day, not a month or a year.',
      fr: 'La date désigne un jour, pas un mois ni une année.',
    },
    expression: '$this.toString().length() = 10',
  } as const;
}
