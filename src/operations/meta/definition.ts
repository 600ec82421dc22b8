// $meta, $meta-add, $meta-delete: https://hl7.org/fhir/R4/resource-operation-meta.html
import { meta } from '../input/declare.ts';
import { EVERY_TYPE, type Operation, type OperationInput } from '../operation.ts';

export const read = {
  code: 'meta',
  title: { en: 'Profiles, tags and security labels', fr: 'Profils, étiquettes et niveaux de sécurité' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  type: EVERY_TYPE,
  levels: ['system', 'type', 'instance', 'version'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  note: 'On the base and on a type: the profiles, tags and security labels that current resources carry.',
  inputs: [],
} as const satisfies Omit<Operation, 'run'>;

const META = (en: string, fr: string): OperationInput => ({
  name: 'meta',
  type: 'Meta',
  required: true,
  text: { en: `Profiles, tags and security labels to ${en}`, fr: `Profils, étiquettes et niveaux de sécurité à ${fr}` },
});

const change = {
  type: EVERY_TYPE,
  levels: ['instance'],
  affectsState: true,
  verbs: ['POST'],
  conditions: ['if-match'],
  note: 'Makes a new version when it changes anything; past versions are evidence and stay as they are.',
} as const;

export const add = {
  ...change,
  code: 'meta-add',
  title: { en: 'Add profiles, tags or security labels', fr: 'Ajouter profils, étiquettes ou niveaux de sécurité' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  inputs: [META('add', 'ajouter')],
} as const satisfies Omit<Operation, 'run'>;

export const remove = {
  ...change,
  code: 'meta-delete',
  title: {
    en: 'Take away profiles, tags or security labels',
    fr: 'Retirer profils, étiquettes ou niveaux de sécurité',
  },
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  inputs: [META('take away', 'retirer')],
} as const satisfies Omit<Operation, 'run'>;

export const parameters = { meta };
