// $validate: would this resource be taken? https://hl7.org/fhir/R4/resource-operation-validate.html
import { code, resource, uri } from '../input/declare.ts';
import { EVERY_TYPE, type Operation } from '../operation.ts';

/** `profile` is R4's word for "judge what is stored by the named profile": the same as no mode. */
export const MODES = ['create', 'update', 'delete', 'profile'] as const;
export type Mode = (typeof MODES)[number];

export const definition = {
  code: 'validate',
  title: { en: 'Would this resource be taken?', fr: 'Cette ressource serait-elle acceptée ?' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  type: EVERY_TYPE,
  levels: ['type', 'instance'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  postOnly: 'type',
  note: 'POST takes Parameters, or the resource alone with mode and profile in the address. Without a resource, the stored one is judged. 200 whether it is good or not.',
  inputs: [
    {
      name: 'resource',
      type: 'Resource',
      text: { en: 'What to judge; the stored resource when absent', fr: 'À juger ; à défaut la ressource enregistrée' },
    },
    {
      name: 'mode',
      type: 'code',
      codes: MODES,
      text: { en: 'What it is meant for; general by default', fr: 'Ce à quoi elle est destinée ; général par défaut' },
    },
    {
      name: 'profile',
      type: 'uri',
      text: { en: 'Judge by this profile too', fr: 'Juger aussi selon ce profil' },
    },
  ],
  conditions: ['if-match', 'if-none-match'],
} as const satisfies Omit<Operation, 'run'>;

export const parameters = { resource, mode: code(MODES), profile: uri };
