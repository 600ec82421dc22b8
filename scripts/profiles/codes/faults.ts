// The codes of faults, from the one list of the server, and those of broken rules, from the definitions that it judges by.
import { ruleWords } from '../../../src/fhir/validate/rule-texts.ts';
import { FAULT_CODES } from '../../../src/kernel/fault-codes.ts';
import type { BaseDefinitions } from '../base.ts';
import type { CodeSystemForm, ConceptForm } from '../form.ts';
import { profiles } from '../forms/index.ts';

/** The system of OperationOutcome.issue.details.coding. */
export function faultSystem(base: BaseDefinitions): CodeSystemForm {
  return {
    id: 'tls-fault',
    title: { en: 'Faults', fr: 'Anomalies' },
    description: {
      en: 'What the server refuses, or warns of: the codes in OperationOutcome.issue.details. A broken rule is invariant- and its key; rules of further packages add codes of this form.',
      fr: 'Ce que le serveur refuse, ou signale : les codes de OperationOutcome.issue.details. Une règle enfreinte est invariant- suivi de sa clé ; les règles d’autres paquets ajoutent des codes de cette forme.',
    },
    content: 'fragment',
    concepts: [
      ...Object.entries(FAULT_CODES).map(([code, [en, fr]]): ConceptForm => ({ code, display: { en, fr } })),
      ...ruleKeys(base).map(ruleConcept),
    ],
  };
}

function ruleConcept(key: string): ConceptForm {
  const words = ruleWords(key);
  return {
    code: `invariant-${key}`,
    display: { en: `Rule ${key}`, fr: `Règle ${key}` },
    ...(words === undefined ? {} : { definition: words }),
  };
}

/** Keys of the rules of R4 and of our profiles, each once. */
function ruleKeys(base: BaseDefinitions): string[] {
  const own = profiles.flatMap(({ rules }) => rules.flatMap((r) => r.invariants?.map((i) => i.key) ?? []));
  return [...new Set([...base.ruleKeys, ...own])].sort();
}
