// Everything that speaks against a resource, or against what is to be done with it. Nothing is stored.

import { unknown } from '../../fhir/interactions/answer.ts';
import { remove } from '../../fhir/interactions/delete.ts';
import { checkReferences, patientOf } from '../../fhir/interactions/prepare.ts';
import { read } from '../../fhir/interactions/read.ts';
import { rehearse } from '../../fhir/interactions/rehearse.ts';
import { checkId, update } from '../../fhir/interactions/update.ts';
import type { AnyResource } from '../../fhir/service.ts';
import { a } from '../../kernel/article.ts';
import { type Fault, FaultError, fault } from '../../kernel/fault.ts';
import { everything } from '../../storage/types.ts';
import { faultsOfBody } from '../input/body.ts';
import { readInput } from '../input/read.ts';
import type { OperationCall, OperationService } from '../operation.ts';
import { type Mode, parameters } from './definition.ts';

export interface Asked {
  readonly type: string;
  readonly id: string | undefined;
  /** undefined: the stored one. */
  readonly resource: unknown;
  readonly mode: Mode | undefined;
  readonly profile: string | undefined;
}

/** What a call asks. @throws FaultError 400 for parameters that are unknown, wrong, or do not go together; 422 for a profile that is not known here */
export function readAsked(service: OperationService, call: OperationCall): Asked {
  const bare = bareResource(call);
  const rest =
    bare === undefined ? { ...call, faults: faultsOfBody(service, call) } : { ...call, verb: 'GET' as const };
  const { resource, mode, profile } = readInput(rest, parameters);
  const asked = { type: call.type!, id: call.id, resource: bare ?? resource, mode: mode as Mode | undefined, profile };
  if ((mode === 'update' || mode === 'delete') && call.id === undefined) {
    throw fault('value', 'validate-mode-level', {
      en: `mode=${mode} is about one resource: use ${asked.type}/[id]/$validate.`,
      fr: `mode=${mode} porte sur une ressource : utilisez ${asked.type}/[id]/$validate.`,
    });
  }
  if (asked.resource === undefined && call.id === undefined) {
    throw fault('required', 'validate-resource', {
      en: `Send the ${asked.type} to judge as the body, or as the parameter "resource" of a Parameters body.`,
      fr: `Envoyez la ressource ${asked.type} à juger comme corps, ou comme paramètre « resource » d’un corps Parameters.`,
    });
  }
  if (profile !== undefined && service.validator.typeOfProfile(profile) === undefined) throw profileUnknown(profile);
  return asked;
}

/** The body itself, when it is the resource to judge. A Parameters body is one only at Parameters/$validate, when it does not speak of this operation. */
function bareResource({ type, verb, request }: OperationCall): unknown {
  const body = request.body?.value as { resourceType?: unknown; parameter?: unknown } | null | undefined;
  if (verb !== 'POST' || body === undefined) return undefined;
  if (body?.resourceType !== 'Parameters') return body;
  const list = Array.isArray(body.parameter) ? (body.parameter as ({ name?: unknown } | null)[]) : [];
  const ours = list.length > 0 && list.every((p) => typeof p?.name === 'string' && Object.hasOwn(parameters, p.name));
  return type === 'Parameters' && !ours ? body : undefined;
}

/** All faults, errors and warnings. @throws FaultError 404, 410 when the address names nothing to judge */
export async function judge(service: OperationService, call: OperationCall, asked: Asked): Promise<Fault[]> {
  if (asked.mode === 'delete') return collected(() => deletable(service, call, asked));
  const resource = asked.resource ?? (await storedResource(service, asked));
  const about = asked.profile === undefined ? undefined : service.validator.typeOfProfile(asked.profile);
  const judged = about === asked.type ? claiming(resource, asked.profile!) : resource;
  const faults = service.validator.validate(judged, asked.type);
  // Every resource is a Resource; DomainResource asks nothing that the base types do not ask.
  if (about !== undefined && about !== asked.type && !ABSTRACT.has(about)) faults.push(otherType(asked, about));
  if (faults.some((f) => f.severity !== 'warning')) return faults;
  const good = resource as AnyResource;
  const more: Fault[] = [];
  if (asked.mode === 'update') more.push(...(await collected(() => checkId(good, asked.type, asked.id!))));
  if (asked.mode === 'update' || asked.mode === 'create') {
    const own = new Set(asked.mode === 'update' ? [`${asked.type}/${asked.id}`] : []);
    more.push(...(await collected(() => checkReferences(service, service.store, [{ resource: good, at: '' }], own))));
    if (more.length === 0 && asked.type !== 'Patient')
      more.push(...(await collected(() => patientOf(service, service.store, good))));
  }
  // Whatever else an update would be refused for: the version that If-Match names, the rules of the house.
  if (asked.mode === 'update' && more.length === 0)
    more.push(...(await collected(() => updatable(service, call, asked, good))));
  return [...faults, ...more];
}

async function storedResource(service: OperationService, { type, id }: Asked): Promise<unknown> {
  const { body } = await read(service, type, id!);
  return JSON.parse(body!);
}

/** The resource as if it claimed the profile: what a profile asks is judged where a claim is. */
function claiming(resource: unknown, profile: string): unknown {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return resource;
  const { meta = {} } = resource as { meta?: unknown };
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return resource;
  const { profile: claimed = [] } = meta as { profile?: unknown };
  if (!Array.isArray(claimed) || claimed.includes(profile)) return resource;
  return { ...resource, meta: { ...meta, profile: [...claimed, profile] } };
}

async function deletable(service: OperationService, call: OperationCall, asked: Asked): Promise<void> {
  const state = await service.store.read(asked.type, asked.id!, everything);
  if (state === undefined) throw unknown(asked.type, asked.id!);
  await rehearse(service, (rehearsed) => remove(rehearsed, asked.type, asked.id!, call.request));
}

/** @throws FaultError as the update would */
function updatable(service: OperationService, call: OperationCall, { type, id }: Asked, resource: AnyResource) {
  const request = { ...call.request, body: { value: resource, digits: call.request.body?.digits ?? [] } };
  return rehearse(service, (rehearsed) => update(rehearsed, type, id!, request));
}

const ABSTRACT: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);

function otherType({ profile, type }: Asked, about: string): Fault {
  return {
    kind: 'value',
    detail: 'validate-profile-type',
    text: {
      en: `The profile ${profile} is about ${about}, the resource is ${a(type)}.`,
      fr: `Le profil ${profile} porte sur ${about}, la ressource est de type ${type}.`,
    },
    expression: type,
  };
}

/** The faults that a check throws. */
async function collected(check: () => unknown): Promise<Fault[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof FaultError) return [...error.faults];
    throw error;
  }
}

function profileUnknown(profile: string): FaultError {
  return fault(
    'not-found',
    'validate-profile-unknown',
    {
      en: `The profile ${profile} is not known here, so nothing can be judged by it. StructureDefinition?_elements=url lists those that are stored; packages are loaded at start (VIGIE_PACKAGES).`,
      fr: `Le profil ${profile} n’est pas connu ici : rien ne peut être jugé selon lui. StructureDefinition?_elements=url liste ceux qui sont enregistrés ; les paquets sont chargés au démarrage (VIGIE_PACKAGES).`,
    },
    { status: 422 },
  );
}
