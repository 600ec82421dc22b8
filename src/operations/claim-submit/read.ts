// The Claims in a request: one Claim, a Bundle of the pair, or Parameters whose `resource` is one of these.
import type { Claim, ClaimItem, Money } from '@medplum/fhirtypes';
import type { SubmittedClaim, SubmittedItem } from '../../core/result.ts';
import { rebase } from '../../fhir/interactions/prepare.ts';
import type { Cents } from '../../kernel/cents.ts';
import { centsOfEuros } from '../../kernel/cents.ts';
import { parseDay } from '../../kernel/day.ts';
import { type FaultCode, FaultError, fault } from '../../kernel/fault.ts';
import { FORFAIT, LATM_CODE } from '../canonical.ts';
import { claims as follows, idIn, literal } from '../follow-up/elements.ts';
import type { OperationCall, OperationService } from '../operation.ts';

export interface Submission {
  /** Whether the answer is a Bundle. */
  readonly bundled: boolean;
  readonly claims: readonly Sent[];
}

export interface Sent {
  /** As it was sent; its holder of digits is the request's body. */
  readonly claim: Claim;
  /** FHIRPath of the Claim in the body. */
  readonly at: string;
  readonly submitted: SubmittedClaim;
}

/**
 * Reads and validates.
 * @throws FaultError 400 when the body holds no Claim or more than a pair; 422 when a Claim breaks R4 or its profile, is
 *   neither active nor draft, or names no prescription
 */
export function readSubmission(service: OperationService, call: OperationCall): Submission {
  checkQuery(call);
  const { resource, at } = unwrapped(call.request.body?.value);
  const bundled = resource?.resourceType === 'Bundle';
  const found = bundled ? entriesOf(resource, at) : [{ resource, at }];
  const claims = found.map(({ resource: one, at: place }) => {
    if (one?.resourceType !== 'Claim') throw nothingToSubmit(place);
    const claim = one as unknown as Claim;
    checkClaim(service, claim, place);
    return { claim, at: place, submitted: submittedOf(claim) };
  });
  if (call.faults !== undefined) throw new FaultError(call.faults);
  return { bundled, claims };
}

type Json = Record<string, unknown> | undefined;

function unwrapped(body: unknown): { resource: Json; at: string } {
  const resource = (typeof body === 'object' && body !== null ? body : undefined) as Json;
  if (resource?.resourceType !== 'Parameters')
    return { resource, at: typeof resource?.resourceType === 'string' ? resource.resourceType : 'Claim' };
  const parameters = Array.isArray(resource.parameter) ? (resource.parameter as Json[]) : [];
  const [only, second] = parameters;
  if (only?.name !== 'resource' || second !== undefined) throw nothingToSubmit('Parameters.parameter');
  return { resource: only.resource as Json, at: 'Parameters.parameter[0].resource' };
}

function entriesOf(bundle: NonNullable<Json>, at: string): { resource: Json; at: string }[] {
  const entries = Array.isArray(bundle.entry) ? (bundle.entry as Json[]) : [];
  if (bundle.type !== 'collection' || entries.length === 0 || entries.length > 2) throw nothingToSubmit(at);
  return entries.map((e, i) => ({ resource: e?.resource as Json, at: `${at}.entry[${i}].resource` }));
}

function nothingToSubmit(expression: string): Error {
  return fault(
    'structure',
    'claim-expected',
    {
      en: 'Send a Claim, or a Bundle of type collection with the operator’s and the technical Claim (also as the parameter "resource" of a Parameters).',
      fr: 'Envoyez un Claim, ou un Bundle de type collection avec le Claim opérateur et le Claim technique (ou comme paramètre « resource » d’une Parameters).',
    },
    { expression },
  );
}

function checkQuery(call: OperationCall): void {
  const other = call.request.query.find(([name]) => name !== '_format' && name !== '_pretty');
  if (other === undefined) return;
  throw fault('not-supported', 'submit-parameter', {
    en: `$submit takes no parameter "${other[0]}" in its address: the Claims stand in the body.`,
    fr: `$submit ne prend pas de paramètre « ${other[0]} » dans son adresse : les Claim sont dans le corps.`,
  });
}

function checkClaim(service: OperationService, claim: Claim, at: string): void {
  const faults = service.validator.validate(claim);
  if (faults.some((f) => f.severity !== 'warning')) {
    throw new FaultError(
      faults.map((f) => ({ ...f, expression: f.expression === undefined ? at : rebase(f.expression, at) })),
    );
  }
  if (claim.status !== 'active' && claim.status !== 'draft') {
    throw unfit(
      `${at}.status`,
      'claim-status',
      'A submitted Claim must be active or draft.',
      'Un Claim soumis doit être active ou draft.',
    );
  }
  if (claim.use !== 'claim') {
    throw unfit(
      `${at}.use`,
      'claim-use',
      'Only claims are taken: use must be "claim".',
      'Seules les factures sont acceptées : use doit valoir « claim ».',
    );
  }
  if (idIn(claim.prescription, 'ServiceRequest') === undefined) {
    throw unfit(
      `${at}.prescription`,
      'claim-prescription',
      'prescription must name the ServiceRequest of the windows.',
      'prescription doit nommer la ServiceRequest des périodes.',
    );
  }
}

function unfit(expression: string, detail: FaultCode, en: string, fr: string): Error {
  return fault('business-rule', detail, { en, fr }, { expression });
}

const TARIFFS: readonly (string | undefined)[] = ['TVA', 'TVB'];

/** The kind comes from the profile; without one, from the type, then from the code of the first item. */
export function kindOf(claim: Claim): 'operator' | 'technical' {
  if (follows(claim, 'tls-claim-operator')) return 'operator';
  if (follows(claim, 'tls-claim-technical')) return 'technical';
  const type = claim.type?.coding?.find((c) => c.system === FORFAIT)?.code;
  if (type === 'operator' || type === 'technical') return type;
  return TARIFFS.includes(codeOf(claim.item?.[0])) ? 'operator' : 'technical';
}

function submittedOf(claim: Claim): SubmittedClaim {
  return {
    kind: kindOf(claim),
    patient: literal(claim.patient),
    prescription: idIn(claim.prescription, 'ServiceRequest'),
    provider: literal(claim.provider),
    total: centsOf(claim.total),
    items: (claim.item ?? []).map(submittedItem),
  };
}

function submittedItem(item: ClaimItem): SubmittedItem {
  const start = parseDay(item.servicedPeriod?.start ?? '');
  const end = parseDay(item.servicedPeriod?.end ?? '');
  return {
    sequence: item.sequence,
    window: start === undefined || end === undefined ? undefined : { start, end },
    code: codeOf(item),
    factor: item.factor,
    quantity: item.quantity?.value,
    unitPrice: centsOf(item.unitPrice),
    net: centsOf(item.net),
  };
}

function codeOf(item: ClaimItem | undefined): string | undefined {
  const codings = item?.productOrService?.coding;
  return (codings?.find((c) => c.system === FORFAIT || c.system === LATM_CODE) ?? codings?.[0])?.code;
}

/** Undefined too for what is no price: another currency, or less than nothing. */
function centsOf(money: Money | undefined): Cents | undefined {
  if (money?.value === undefined || money.value < 0 || (money.currency !== undefined && money.currency !== 'EUR'))
    return undefined;
  return centsOfEuros(money.value);
}
