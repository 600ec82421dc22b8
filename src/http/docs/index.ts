// /openapi.json and the page that reads it, /docs. The page is ours, small, and loads nothing from elsewhere.
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../../fhir/outcome.ts';

export interface DocsRoutes {
  /** Absolute address of the FHIR base as a request sees it. */
  readonly baseOf: (request: FastifyRequest) => string;
  /** The OpenAPI document for a base as JSON text. */
  readonly document: Readonly<Record<Language, (base: string) => string>>;
}

// Answers of the server are shown as text by the page's own script; nothing else may run, load or frame it.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FILES = {
  '/docs': ['docs.html', 'text/html; charset=utf-8'],
  '/docs/docs.css': ['docs.css', 'text/css; charset=utf-8'],
  '/docs/docs.js': ['docs.js', 'text/javascript; charset=utf-8'],
  '/docs/request.js': ['request.js', 'text/javascript; charset=utf-8'],
} as const;

/** Mounts both beside the FHIR base. */
export default async function docsRoutes(app: FastifyInstance, { baseOf, document }: DocsRoutes): Promise<void> {
  app.get('/openapi.json', (request, reply) => {
    const language = languageOf(request.headers['accept-language']);
    reply.header('content-language', language).header('vary', 'Accept-Language, Accept-Encoding');
    return secured(reply)
      .type('application/json; charset=utf-8')
      .send(document[language](baseOf(request)));
  });
  for (const [path, [file, type]] of Object.entries(FILES)) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    app.get(path, (_request, reply) => secured(reply).type(type).send(text));
  }
}

function secured(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-cache');
}
