// Every profile and extension, in one list.
import type { ProfileForm } from '../form.ts';
import { claims } from './claims.ts';
import { contracts } from './contracts.ts';
import { dmn, object } from './devices.ts';
import { extensions } from './extensions.ts';
import { observation } from './observation.ts';
import { exploitant, operator, patient } from './people.ts';
import { prescription } from './prescription.ts';
import { consent, coverage } from './rights.ts';

export const profiles: readonly ProfileForm[] = [
  patient,
  prescription,
  dmn,
  object,
  observation,
  operator,
  exploitant,
  ...contracts,
  consent,
  coverage,
  ...claims,
  ...extensions,
];
