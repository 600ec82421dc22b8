// A Parameters body, or a Bundle, is a resource like any other: an element that R4 does not know is refused, not passed over.
import type { Fault } from '../../kernel/fault.ts';
import type { OperationCall, OperationService } from '../operation.ts';

const CARRIED = /^(Parameters\.parameter|Bundle\.entry)\[\d+\]\.resource\b/;
const CARRIERS: ReadonlySet<unknown> = new Set(['Parameters', 'Bundle']);

interface Body {
  readonly resourceType?: unknown;
  readonly parameter?: unknown;
}

/**
 * What is wrong with the Parameters or the Bundle of a call as a resource. Resources that they carry are the operation's to
 * judge, and so are other bodies.
 */
export function faultsOfBody(service: OperationService, { verb, request }: OperationCall): readonly Fault[] {
  const body = (verb === 'POST' ? request.body?.value : undefined) as Body | null | undefined;
  if (!CARRIERS.has(body?.resourceType)) return [];
  return service.validator
    .validate(withoutEmptyList(body!))
    .filter(({ severity, expression = '' }) => severity !== 'warning' && !CARRIED.test(expression));
}

/** R4 has no empty lists, but clients do that collect parameters and have none to send: it says what no list says. */
function withoutEmptyList(body: Body): Body {
  if (!Array.isArray(body.parameter) || body.parameter.length > 0) return body;
  const { parameter: _none, ...rest } = body;
  return rest;
}
