// Answers of operations as text.
import { readJson, withDigits } from '../fhir/json.ts';
import type { OperationAnswer, OperationCall } from './operation.ts';

/** A JSON answer with status 200; indented for people when `_pretty=true`. */
export function jsonAnswer(call: OperationCall, text: string): OperationAnswer {
  if (!call.request.query.some(([name, value]) => name === '_pretty' && value === 'true'))
    return { status: 200, body: text };
  const exact = readJson(text);
  return { status: 200, body: withDigits(exact, () => JSON.stringify(exact.value, null, 2)) };
}
