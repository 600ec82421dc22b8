// The real server behind a real port: what clients of others talk to.
import { type Server, type ServerOptions, serve } from '../http/server.ts';

/** As {@link serve}, and the address of the FHIR base that it listens on. */
export async function listening(
  t: { teardown(done: () => void | Promise<void>): void },
  options: ServerOptions = {},
): Promise<{ server: Server; base: string }> {
  const server = await serve(t, options);
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
  return { server, base: `${origin}/fhir` };
}
