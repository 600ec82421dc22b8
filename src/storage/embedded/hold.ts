// A PostgreSQL that is up and ours: started or taken over, guarded, watched, stopped.
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { FaultError } from '../../kernel/fault.ts';
import type { Cluster } from './cluster.ts';
import type { Guard } from './guard.ts';
import { clearStale, runningPostmaster, startFault, stopPostmaster, untilReady } from './postmaster.ts';

export interface HoldParts {
  readonly cluster: Cluster;
  /** Starts a postmaster on the cluster. */
  readonly start: () => ChildProcess;
  /** Takes the lock that only one Vigie has. */
  readonly guard: (onEnd: () => void) => Promise<Guard>;
  readonly log: (line: string) => void;
  /** Called once when PostgreSQL ends although nobody stopped it. */
  readonly onLost: () => void;
}

export interface Hold {
  readonly pid: number;
  /** A session on the maintenance database. */
  readonly client: Client;
  stop(): Promise<void>;
}

const ROUNDS = 5;
const REGAIN_MS = 200;

/** @throws FaultError when another Vigie holds it, or when it does not start. */
export async function bringUp(parts: HoldParts): Promise<Hold> {
  const { cluster } = parts;
  let stopping = false;
  let guard: Guard;
  // PostgreSQL restarts by itself when one of its sessions crashes; only its own end is a loss.
  const regain = async (): Promise<void> => {
    while (!stopping && runningPostmaster(cluster) !== undefined) {
      try {
        guard = await parts.guard(onEnd);
        return;
      } catch (error) {
        if (error instanceof FaultError) break;
        await sleep(REGAIN_MS);
      }
    }
    if (!stopping) parts.onLost();
  };
  const onEnd = () => void regain();
  let pid: number;
  [pid, guard] = await upAndGuarded(parts, onEnd);
  return {
    pid,
    client: guard.client,
    stop: async () => {
      stopping = true;
      await stopPostmaster(cluster, pid);
      await guard.release();
    },
  };
}

/** Some rounds: the postmaster that was found may be on its way out, or another start may win a race. */
async function upAndGuarded(parts: HoldParts, onEnd: () => void): Promise<[number, Guard]> {
  let last: unknown;
  for (let round = 0; round < ROUNDS; round++) {
    const up = await upOnce(parts);
    if (up === undefined) continue;
    try {
      return [up, await parts.guard(onEnd)];
    } catch (error) {
      if (error instanceof FaultError) throw error;
      last = error;
    }
  }
  throw last === undefined ? startFault(parts.cluster) : startFault(parts.cluster, (last as Error).message);
}

async function upOnce({ cluster, start, log }: HoldParts): Promise<number | undefined> {
  const found = runningPostmaster(cluster);
  if (found !== undefined) {
    log(`PostgreSQL runs already (process ${found.pid})`);
    return (await untilReady(cluster, undefined))?.pid;
  }
  await clearStale(cluster);
  return (await untilReady(cluster, start()))?.pid;
}
