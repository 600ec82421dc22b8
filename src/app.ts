// The whole server as one Fastify instance: what is served, in order. No process, no listening, no signals: that is main.ts.
import { readFileSync } from 'node:fs';
import type { CapabilityStatement } from '@medplum/fhirtypes';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import { capabilityStatement } from './fhir/capability.ts';
import { loadDefinitions } from './fhir/definitions/load.ts';
import { createExtractor } from './fhir/extract/index.ts';
import type { Language } from './fhir/outcome.ts';
import { keepProfiles } from './fhir/profiles/keep.ts';
import type { LoadedProfiles } from './fhir/profiles/load.ts';
import { loadProfiles } from './fhir/profiles/load.ts';
import { includableParameters, revIncludableParameters, servedParameters } from './fhir/search/index.ts';
import type { AnyResource } from './fhir/service.ts';
import { createValidator } from './fhir/validate/index.ts';
import binaryRoutes from './http/binary.ts';
import docsRoutes from './http/docs/index.ts';
import { refuseSocket, sendError } from './http/errors.ts';
import fhirRoutes from './http/fhir-routes.ts';
import { openApi } from './http/openapi/document.ts';
import { packAnswers } from './http/packing.ts';
import { answerIds, requestId } from './http/request-id.ts';
import type { Clock } from './kernel/clock.ts';
import { fault } from './kernel/fault.ts';
import type { Law } from './law/law.ts';
import { operations, rules } from './operations/index.ts';
import type { OperationService } from './operations/operation.ts';
import type { Store } from './storage/types.ts';

/** Path of the FHIR base. */
export const BASE_PATH = '/fhir';

export interface AppParts {
  readonly store: Store;
  readonly law: Law;
  readonly clock: Clock;
  readonly log: Logger;
  /** Folder of further FHIR packages, or undefined. */
  readonly packages?: string;
  /** Public address of the base when a proxy stands in front; default: as the request says. */
  readonly publicBase?: string;
  /** Largest body taken, in bytes. */
  readonly bodyLimit?: number;
}

const BODY_LIMIT = 50 * 1024 * 1024;
const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
  .version;

/** Builds the server; the profiles are stored, so that they can be read and searched like any resource. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const profiles = loadProfiles(parts.packages);
  const definitions = await loadDefinitions();
  const service: OperationService = {
    store: parts.store,
    clock: parts.clock,
    law: parts.law,
    rules,
    definitions,
    extractor: createExtractor(definitions, parts.publicBase === undefined ? {} : { base: parts.publicBase }),
    validator: createValidator({
      definitions,
      profiles: profiles.structureDefinitions,
      valueSets: profiles.valueSets,
      codeSystems: profiles.codeSystems,
    }),
    capability: (base) => capability(base),
  };
  await keepProfiles(service, profiles.own as AnyResource[]);

  const app: FastifyInstance = Fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: parts.bodyLimit ?? BODY_LIMIT,
    genReqId: requestId,
    // Addresses that the router cannot read.
    frameworkErrors: sendError,
    clientErrorHandler: refuseSocket,
    // A body that trickles in holds a connection no longer than this; fastify's default is for ever.
    requestTimeout: 300_000,
    trustProxy: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  });
  answerIds(app);
  packAnswers(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    throw nothingAt(request, reply);
  });
  const baseOf = (request: FastifyRequest) => parts.publicBase ?? `${request.protocol}://${request.host}${BASE_PATH}`;
  const statement = statementOf(service, profiles, new Date(parts.clock.now()).toISOString());
  const capability = printed(statement);
  const routes = { prefix: BASE_PATH, service, operations, baseOf, capability };
  await app.register(fhirRoutes, routes);
  await app.register(binaryRoutes, routes);
  const described = { operations, definitions: profiles.operationDefinitions };
  const describe = (language: Language) =>
    printed((base) => openApi({ ...described, statement: statement(base) }, language));
  await app.register(docsRoutes, { baseOf, document: { en: describe('en'), fr: describe('fr') } });
  app.get('/', (_request, reply) => reply.redirect(`${BASE_PATH}/metadata`));
  return app;
}

/** The CapabilityStatement for a base. */
function statementOf(
  service: OperationService,
  profiles: LoadedProfiles,
  date: string,
): (base: string) => CapabilityStatement {
  const byType = new Map<string, string[]>();
  for (const p of profiles.own) {
    if (p.resourceType !== 'StructureDefinition' || p.type === 'Extension' || p.url === undefined) continue;
    byType.set(p.type, [...(byType.get(p.type) ?? []), p.url]);
  }
  const { definitions } = service;
  return (base) =>
    capabilityStatement({
      base,
      version: VERSION,
      date,
      resourceTypes: definitions.resourceTypes,
      compartments: Object.values(definitions.compartments),
      searchParameters: (type) => servedParameters(definitions, type),
      includes: (type) => includableParameters(definitions, type),
      reverseIncludes: (type) => revIncludableParameters(definitions, type),
      profiles: byType,
      operations,
    });
}

/** Documents by key, printed once each. A client can send any Host: bounded, so that it cannot fill the memory. */
function printed(print: (key: string) => object): (key: string) => string {
  const kept = new Map<string, string>();
  return (key) => {
    let text = kept.get(key);
    if (text === undefined) {
      text = JSON.stringify(print(key));
      if (kept.size < 16) kept.set(key, text);
    }
    return text;
  };
}

function nothingAt(request: FastifyRequest, reply: FastifyReply): Error {
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(request.method)) {
    reply.header('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
    return fault('method', 'method-unknown', {
      en: `${request.method} is not served. Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.`,
      fr: `${request.method} n’est pas servi. Utilisez GET, HEAD, POST, PUT, PATCH, DELETE ou OPTIONS.`,
    });
  }
  return fault('not-found', 'address-unknown', {
    en: `There is nothing for ${request.method} at ${request.url}. The FHIR base is ${BASE_PATH}; ${BASE_PATH}/metadata says what is served.`,
    fr: `Il n’y a rien pour ${request.method} à ${request.url}. La base FHIR est ${BASE_PATH} ; ${BASE_PATH}/metadata dit ce qui est servi.`,
  });
}
