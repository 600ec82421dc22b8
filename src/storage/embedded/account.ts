// PostgreSQL refuses to run as root: which account runs it, and how a command is started under that account.
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { fault } from '../../kernel/fault.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Account {
  /** Command that stands before the program and drops root by itself; empty: the program is started as the owner. */
  readonly prefix: readonly string[];
  /** Whom the files must belong to, when that is not us. */
  readonly owner?: Owner;
}

/** `nobody`: in every Linux's list of users, which initdb insists on. */
const NOBODY: Owner = { uid: 65534, gid: 65534 };

/** A user namespace in which we are `nobody`: our files stay ours, also under a 0700 home. Containers often forbid it. */
const NAMESPACE: Account = {
  prefix: ['unshare', '-U', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`],
};

/**
 * The owner, who keeps root's way through folders, and nothing else of root: for a 0700 home where namespaces are forbidden.
 * `no_setuid_fixup` because PostgreSQL looks for itself with access(2), which otherwise forgets the capability.
 */
function walker(owner: Owner): Account {
  const ids = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  return { prefix: ['setpriv', ...ids, '--inh-caps=-all,+dac_override', '--ambient-caps=+dac_override', '--'], owner };
}

/**
 * Chooses how PostgreSQL is run on a data folder, and gives the folder to the account when it must be another's.
 * Plain user: directly. Root: as the folder's owner if that is someone else, otherwise in a user namespace, otherwise as nobody.
 * @param probe a command that must succeed under the account: the binary itself, with `--version`.
 * @throws FaultError `embedded-account` when no way works.
 */
export function chooseAccount(dataDir: string, probe: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Account {
  const root = process.getuid?.() === 0;
  if (!root && hasName()) return { prefix: [] };
  for (const account of root ? candidatesOfRoot(dataDir) : [NAMESPACE]) {
    if (!works(account, probe, env) || !works(account, ['test', '-x', dirname(dataDir)], env)) continue;
    if (handOver(account, dataDir)) return account;
  }
  const [who, qui] = root ? ['root', 'root'] : ['a user without a name', 'un utilisateur sans nom'];
  throw fault('unavailable', 'embedded-account', {
    en: `PostgreSQL does not run as ${who}, and no other account here can use both ${probe[0]} and ${dataDir}. Start Vigie as a plain user, or set DATABASE_URL.`,
    fr: `PostgreSQL ne tourne pas sous ${qui}, et aucun autre compte ne peut ici utiliser à la fois ${probe[0]} et ${dataDir}. Lancez Vigie sous un compte ordinaire, ou donnez DATABASE_URL.`,
  });
}

function candidatesOfRoot(dataDir: string): Account[] {
  const { uid, gid } = statSync(dataDir);
  const owner = uid === 0 ? NOBODY : { uid, gid };
  return [...(uid === 0 ? [NAMESPACE] : []), { prefix: [], owner }, walker(owner)];
}

/** initdb looks its user up by name; containers often run under a number without one. */
function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

function works(account: Account, command: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const [program, ...args] = [...account.prefix, ...command];
  return spawnSync(program!, args, { ...startedAs(account), env, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** A prefix needs root to drop it. */
function startedAs({ prefix, owner }: Account): Partial<Owner> {
  return prefix.length === 0 ? { ...owner } : {};
}

const OURS = /^(postgres|postgres\.log|postgres\.making-.*|socket|libraries)$/;

/** Makes the folder the account's; false when it holds things that are not Vigie's and must keep their owner. */
function handOver({ owner }: Account, dataDir: string): boolean {
  if (owner === undefined || statSync(dataDir).uid === owner.uid) return true;
  const names = readdirSync(dataDir);
  if (!names.every((name) => OURS.test(name))) return false;
  const chown = ['-R', `${owner.uid}:${owner.gid}`, dataDir];
  return spawnSync('chown', chown, { stdio: 'ignore' }).status === 0;
}

/** Starts a command under the account, in its own session: a Ctrl-C in our terminal is not for it. */
export function runAs(
  account: Account,
  command: readonly [string, ...string[]],
  options: { readonly env: NodeJS.ProcessEnv; readonly stdio: StdioOptions },
): ChildProcess {
  const [program, ...args] = [...account.prefix, ...command];
  return spawn(program!, args, { ...options, ...startedAs(account), cwd: '/', detached: true });
}

/** Gives a file or folder that we made to the account. */
export function give(account: Account, path: string): void {
  if (account.owner !== undefined) chownSync(path, account.owner.uid, account.owner.gid);
}
