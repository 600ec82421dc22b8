// What the invariants that people meet most say, in our words. Others show their FHIRPath.
import type { Text } from '../../kernel/fault.ts';

const TEXTS: Readonly<Record<string, readonly [en: string, fr: string]>> = {
  'ait-1': [
    'Give clinicalStatus, unless verificationStatus is entered-in-error.',
    'Donnez clinicalStatus, sauf si verificationStatus est entered-in-error.',
  ],
  'ait-2': [
    'Remove clinicalStatus: verificationStatus is entered-in-error.',
    'Retirez clinicalStatus : verificationStatus est entered-in-error.',
  ],
  'app-1': ['A participant needs a type or an actor.', 'Un participant exige un type ou un acteur.'],
  'app-2': ['Give both start and end, or neither.', 'Donnez start et end, ou aucun des deux.'],
  'app-3': [
    'Only a proposed, cancelled or waitlisted appointment may stand without start and end. Add them.',
    'Seul un rendez-vous proposé, annulé ou en liste d’attente peut se passer de start et end. Ajoutez-les.',
  ],
  'att-1': ['Attachment data need a contentType. Add it.', 'Des données jointes exigent un contentType. Ajoutez-le.'],
  'bdl-1': [
    'total belongs to a searchset or history Bundle only.',
    'total n’appartient qu’à un Bundle searchset ou history.',
  ],
  'bdl-2': ['entry.search belongs to a searchset only.', 'entry.search n’appartient qu’à un searchset.'],
  'bdl-3': [
    'Every entry of a batch, transaction or history needs a request, and no other Bundle may have one.',
    'Chaque entrée d’un batch, d’une transaction ou d’un historique exige request, et nul autre Bundle n’en a.',
  ],
  'bdl-4': [
    'Every entry of a batch-response, transaction-response or history needs a response, and no other Bundle may have one.',
    'Chaque entrée d’un batch-response, transaction-response ou historique exige response, et nul autre Bundle n’en a.',
  ],
  'bdl-5': ['An entry needs a resource, a request or a response.', 'Une entrée exige resource, request ou response.'],
  'bdl-7': [
    'Two entries have the same fullUrl and version. Give each its own.',
    'Deux entrées ont les mêmes fullUrl et version. Distinguez-les.',
  ],
  'bdl-8': [
    'fullUrl must not name a version. Remove /_history/….',
    'fullUrl ne désigne pas de version. Retirez /_history/….',
  ],
  'bdl-9': [
    'A document needs an identifier with system and value.',
    'Un document exige un identifiant avec system et value.',
  ],
  'bdl-10': ['A document needs a timestamp.', 'Un document exige un timestamp.'],
  'bdl-11': [
    'The first entry of a document must be a Composition.',
    'La première entrée d’un document est une Composition.',
  ],
  'bdl-12': [
    'The first entry of a message must be a MessageHeader.',
    'La première entrée d’un message est un MessageHeader.',
  ],
  'con-4': [
    'A condition that has abated is resolved, in remission or inactive. Correct clinicalStatus.',
    'Une affection terminée est resolved, remission ou inactive. Corrigez clinicalStatus.',
  ],
  'con-5': [
    'Remove clinicalStatus: verificationStatus is entered-in-error.',
    'Retirez clinicalStatus : verificationStatus est entered-in-error.',
  ],
  'cpt-2': [
    'A contact value needs a system (phone, email …). Add it.',
    'Une coordonnée exige un system (phone, email…). Ajoutez-le.',
  ],
  'dom-2': [
    'A contained resource must not contain another. Move it up.',
    'Une ressource contenue n’en contient pas d’autre. Remontez-la.',
  ],
  'dom-3': [
    'A contained resource is not referred to. Refer to it by #id, or remove it.',
    'Une ressource contenue n’est désignée nulle part. Désignez-la par #id ou retirez-la.',
  ],
  'dom-4': [
    'A contained resource has no meta.versionId and no meta.lastUpdated. Remove them.',
    'Une ressource contenue n’a ni meta.versionId ni meta.lastUpdated. Retirez-les.',
  ],
  'dom-5': [
    'A contained resource has no security labels. Remove them.',
    'Une ressource contenue n’a pas d’étiquette de sécurité. Retirez-les.',
  ],
  'drt-1': [
    'A duration with a code needs the UCUM system and a value.',
    'Une durée codée exige le système UCUM et une valeur.',
  ],
  'ext-1': [
    'An extension has either a value or extensions, never both, never neither.',
    'Une extension a soit une valeur, soit des extensions, jamais les deux, jamais rien.',
  ],
  'obs-3': ['A reference range needs low, high or text.', 'Un intervalle de référence exige low, high ou text.'],
  'obs-6': [
    'dataAbsentReason says why there is no value. Remove it, or the value.',
    'dataAbsentReason dit pourquoi il n’y a pas de valeur. Retirez-le, ou retirez la valeur.',
  ],
  'obs-7': [
    'A component has the same code as the Observation, which has a value of its own. Put the value in one place.',
    'Une composante porte le même code que l’Observation, qui a déjà une valeur. Mettez la valeur à un seul endroit.',
  ],
  'org-1': ['An organization needs an identifier or a name.', 'Une organisation exige un identifiant ou un nom.'],
  'org-2': [
    'An organization has no home address. Change use.',
    'Une organisation n’a pas d’adresse « home ». Changez use.',
  ],
  'org-3': [
    'An organization has no home telecom. Change use.',
    'Une organisation n’a pas de coordonnée « home ». Changez use.',
  ],
  'pat-1': [
    'A contact needs a name, a telecom, an address or an organization.',
    'Un contact exige un nom, une coordonnée, une adresse ou une organisation.',
  ],
  'per-1': [
    'The period ends before it starts. Correct start or end.',
    'La période finit avant de commencer. Corrigez start ou end.',
  ],
  'ppc-1': ['A consent needs a policy or a policyRule.', 'Un consentement exige policy ou policyRule.'],
  'prr-1': ['orderDetail needs a code beside it.', 'orderDetail exige code à côté de lui.'],
  'qty-3': ['A unit code needs its system. Add it.', 'Un code d’unité exige son système. Ajoutez-le.'],
  'rat-1': [
    'A ratio has a numerator and a denominator, or neither and an extension.',
    'Un rapport a un numérateur et un dénominateur, ou ni l’un ni l’autre et une extension.',
  ],
  'ref-1': [
    'The reference #id leads to no contained resource. Add the resource, or correct the reference.',
    'La référence #id ne mène à aucune ressource contenue. Ajoutez la ressource ou corrigez la référence.',
  ],
  'rng-2': [
    'The range ends below its start. Correct low or high.',
    'L’intervalle finit sous son début. Corrigez low ou high.',
  ],
  'sqty-1': [
    'This quantity must be exact. Remove the comparator.',
    'Cette quantité doit être exacte. Retirez comparator.',
  ],
  'tim-1': ['duration needs durationUnit.', 'duration exige durationUnit.'],
  'tim-2': ['period needs periodUnit.', 'period exige periodUnit.'],
  'tim-4': ['duration must not be negative.', 'duration ne doit pas être négatif.'],
  'tim-5': ['period must not be negative.', 'period ne doit pas être négatif.'],
  'tim-6': ['periodMax needs period.', 'periodMax exige period.'],
  'tim-7': ['durationMax needs duration.', 'durationMax exige duration.'],
  'tim-8': ['countMax needs count.', 'countMax exige count.'],
  'tim-9': [
    'offset needs a when that is an event other than C, CM, CD or CV.',
    'offset exige un when qui soit un évènement autre que C, CM, CD ou CV.',
  ],
  'tim-10': ['Give timeOfDay or when, not both.', 'Donnez timeOfDay ou when, pas les deux.'],
  'vs-1': [
    'The time of a vital sign must be known to the day at least.',
    'La date d’un signe vital doit être connue au moins au jour.',
  ],
};

/** What we say of a rule, where we do. */
export function ruleWords(key: string): Text | undefined {
  const own = Object.hasOwn(TEXTS, key) ? TEXTS[key] : undefined;
  return own === undefined ? undefined : { en: own[0], fr: own[1] };
}

/** The text of a broken rule: ours, else what the profile says of it, else its FHIRPath. */
export function ruleText(key: string, expression: string, words?: Text): Text {
  const said = ruleWords(key) ?? words;
  if (said !== undefined) return { en: `${said.en} (${key})`, fr: `${said.fr} (${key})` };
  return {
    en: `The rule ${key} does not hold here: ${expression}. Correct the element so that it does.`,
    fr: `La règle ${key} n’est pas respectée ici : ${expression}. Corrigez l’élément pour qu’elle le soit.`,
  };
}
