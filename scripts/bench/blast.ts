// A load generator that costs little: ready-made requests on keep-alive sockets, answers counted by their Content-Length.
// Runs as a process of its own (child_process.fork), so that its time is not the server's.
import { connect } from 'node:net';

export interface BlastOrder {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** JSON bodies, sent in turn. */
  readonly bodies: readonly string[];
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

process.once('message', (order: BlastOrder) => {
  blast(order).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (e: unknown) => {
      console.error(e);
      process.exit(1);
    },
  );
});

async function blast(order: BlastOrder): Promise<BlastResult> {
  const requests = order.bodies.map((body) =>
    Buffer.from(
      `POST ${order.path} HTTP/1.1\r\nhost: ${order.host}:${order.port}\r\ncontent-type: application/fhir+json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
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
