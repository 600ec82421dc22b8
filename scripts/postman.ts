// npm run postman: plays the Postman collection with newman against a running server.
import { parseArgs } from 'node:util';
import newman from 'newman';

const folder = new URL('../fixtures/postman/', import.meta.url);

export interface PostmanResult {
  readonly requests: number;
  readonly assertions: number;
  /** One line each: request, assertion, what was wrong. */
  readonly failures: readonly string[];
}

/** Plays the whole collection; `quiet` leaves newman's table out. */
export function playCollection(base: string, quiet: boolean): Promise<PostmanResult> {
  return new Promise((resolve, reject) => {
    newman.run(
      {
        collection: new URL('vigie.postman_collection.json', folder).pathname,
        environment: new URL('local.postman_environment.json', folder).pathname,
        envVar: [{ key: 'base', value: base }],
        reporters: quiet ? [] : ['cli'],
      },
      (error, summary) => {
        if (error !== null) return reject(error);
        const { stats, failures } = summary.run;
        resolve({
          requests: stats.requests.total ?? 0,
          assertions: stats.assertions.total ?? 0,
          failures: failures.map((f) => `${f.source?.name ?? 'collection'}: ${f.error.message}`),
        });
      },
    );
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      base: { type: 'string', default: 'http://127.0.0.1:8080/fhir' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(
      'Usage: npm run postman -- [--base http://127.0.0.1:8080/fhir]\nPlays fixtures/postman against a running server.',
    );
    process.exit(0);
  }
  const { failures } = await playCollection(values.base.replace(/\/+$/, ''), false);
  process.exit(failures.length === 0 ? 0 : 1);
}
