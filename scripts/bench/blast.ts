// A load generator that costs little: ready-made requests on keep-alive sockets, answers counted by their Content-Length.
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface BlastOrder {
  readonly host: string;
  readonly port: number;
  /** Sent in turn; with a body by POST, without one by GET. */
  readonly requests: readonly { readonly path: string; readonly body?: string }[];
  readonly connections: number;
  readonly seconds: number;
}

export interface BlastResult {
  readonly requests: number;
  readonly seconds: number;
  /** By HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Blasts from a process of its own, so that many clients do not wait for what the caller does. */
export function blastApart(
  { host, port }: Pick<BlastOrder, 'host' | 'port'>,
  order: Omit<BlastOrder, 'host' | 'port'>,
): Promise<BlastResult> {
  const child = fork(fileURLToPath(import.meta.url));
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as BlastResult));
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the load generator ended with ${code}`));
    });
    child.send({ ...order, host, port } satisfies BlastOrder);
  });
}

if (import.meta.main) {
  process.once('message', (order: BlastOrder) => {
    blast(order).then(
      (result) => process.send?.(result, () => process.exit(0)),
      (e: unknown) => {
        console.error(e);
        process.exit(1);
      },
    );
  });
}

/** Blasts for the time asked. The answers must say their length: Vigie's do. */
export async function blast(order: BlastOrder): Promise<BlastResult> {
  const requests = order.requests.map(({ path, body }) => {
    const head = (method: string) => `${method} ${path} HTTP/1.1\r\nhost: ${order.host}:${order.port}\r\n`;
    if (body === undefined) return Buffer.from(`${head('GET')}\r\n`);
    const length = `content-type: application/fhir+json\r\ncontent-length: ${Buffer.byteLength(body)}`;
    return Buffer.from(`${head('POST')}${length}\r\n\r\n${body}`);
  });
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  const end = start + order.seconds * 1000;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(order.port, order.host);
      socket.setNoDelay(true);
      let sent = 0;
      let head = '';
      let missing = -1;
      const fire = () => {
        if (performance.now() >= end) {
          socket.end();
          resolve();
          return;
        }
        sent = performance.now();
        head = '';
        missing = -1;
        socket.write(requests[next++ % requests.length] as Buffer);
      };
      socket.on('connect', fire);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        if (missing < 0) {
          head += chunk.toString('latin1');
          const gap = head.indexOf('\r\n\r\n');
          if (gap < 0) return;
          const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
          missing = length - (head.length - gap - 4);
        } else missing -= chunk.length;
        if (missing > 0) return;
        const status = head.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.push(performance.now() - sent);
        fire();
      });
    });
  await Promise.all(Array.from({ length: order.connections }, one));
  const seconds = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (q: number) => Number((times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0).toFixed(2));
  return { requests: times.length, seconds, statuses, p50: at(0.5), p99: at(0.99) };
}
