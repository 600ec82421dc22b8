// The answer of $validate: every issue, and one that says so when nothing speaks against the resource.
import { information, type Language, outcomeOf } from '../../fhir/outcome.ts';
import type { Fault, Text } from '../../kernel/fault.ts';
import type { Mode } from './definition.ts';

const GOOD: Text = { en: 'No error was found.', fr: 'Aucune erreur n’a été trouvée.' };
const DELETABLE: Text = { en: 'It can be deleted.', fr: 'La ressource peut être supprimée.' };

/** An OperationOutcome as JSON text. */
export function present(faults: readonly Fault[], mode: Mode | undefined, language: Language): string {
  const { issue, ...outcome } = outcomeOf(faults, language);
  const good = faults.every((f) => f.severity === 'warning');
  const said = good ? information((mode === 'delete' ? DELETABLE : GOOD)[language]).issue : [];
  return JSON.stringify({ ...outcome, issue: [...issue, ...said] });
}
