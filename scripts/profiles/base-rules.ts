// The invariants of R4 that reach our snapshots, each said in our words. Keys and expressions: http://hl7.org/fhir/R4.

const RULES: Readonly<Record<string, string>> = {
  'dom-2': 'A contained resource contains no further resource.',
  'dom-3': 'A contained resource is referred to by the resource that holds it, or refers to it.',
  'dom-4': 'A contained resource has neither versionId nor lastUpdated.',
  'dom-5': 'A contained resource has no security label.',
  'dom-6': 'A narrative helps people who read the resource as it is.',
  'ele-1': 'An element has a value or children.',
  'ext-1': 'An extension has a value or nested extensions, one of the two.',
  'pat-1': 'A contact has a name, a telecom, an address or an organization.',
  'prr-1': 'orderDetail comes only with a code.',
  'obs-3': 'A reference range has a low, a high or a text.',
  'obs-6': 'A value and a reason for its absence exclude each other.',
  'obs-7': 'The value of the main code does not stand both in value and in a component.',
  'org-1': 'An organization has a name or an identifier.',
  'org-2': 'The address of an organization is nobody’s home.',
  'org-3': 'The telecom of an organization is nobody’s home.',
  'ppc-1': 'A consent names a policy or a policy rule.',
  'ppc-2': 'A privacy consent names its patient.',
  'ppc-3': 'A research consent names its patient.',
  'ppc-4': 'An advance care directive names its patient.',
  'ppc-5': 'A treatment consent names its patient.',
  'per-1': 'A period starts no later than it ends.',
  'ref-1': 'A reference that starts with # leads to a contained resource.',
  'qty-3': 'A coded unit names its system.',
  'tim-1': 'A duration has a unit.',
  'tim-2': 'A period has a unit.',
  'tim-4': 'A duration is not negative.',
  'tim-5': 'A period is not negative.',
  'tim-6': 'periodMax comes only with a period.',
  'tim-7': 'durationMax comes only with a duration.',
  'tim-8': 'countMax comes only with a count.',
  'tim-9': 'An offset comes with a when that is no meal.',
  'tim-10': 'timeOfDay and when exclude each other.',
};

/** Our sentence for an R4 invariant; throws for one that nobody has put into words yet. */
export function baseRule(key: string): string {
  const rule = RULES[key];
  if (rule === undefined)
    throw new Error(`no words for the R4 invariant ${key}: add them to scripts/profiles/base-rules.ts`);
  return rule;
}
