// PostgreSQL refuses to run as root: which account runs it, and how a command is started under that account.
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fault } from '../../kernel/fault.ts';

/** `nobody`: in every Linux's list of users, which initdb insists on. */
const NOBODY = 65534;

/** Runs the command in a user namespace in which we are `nobody`: our files stay ours, also under a 0700 home. */
const UNSHARE = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`] as const;

export interface Account {
  readonly prefix: readonly string[];
  /** Set when the processes run as another user: what they write must belong to it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Chooses how PostgreSQL is run on a data folder.
 * Plain user: directly. Root: as the folder's owner if that is someone else, otherwise in a user namespace, otherwise as nobody.
 * @param probe a command that must succeed under the account: the binary itself, with `--version`.
 * @throws FaultError `embedded-account` when no way works.
 */
export function chooseAccount(dataDir: string, probe: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Account {
  const root = process.getuid?.() === 0;
  if (!root && hasName()) return { prefix: [] };
  for (const account of root ? candidatesOfRoot(dataDir) : [{ prefix: UNSHARE }]) {
    if (works(account, probe, env) && works(account, ['ls', dataDir], env)) return account;
  }
  const [who, qui] = root ? ['root', 'root'] : ['a user without a name', 'un utilisateur sans nom'];
  throw fault('unavailable', 'embedded-account', {
    en: `PostgreSQL does not run as ${who}, and no other account here can read both ${probe[0]} and ${dataDir}. Start Vigie as a plain user, or set DATABASE_URL.`,
    fr: `PostgreSQL ne tourne pas sous ${qui}, et aucun autre compte ne peut ici lire à la fois ${probe[0]} et ${dataDir}. Lancez Vigie sous un compte ordinaire, ou donnez DATABASE_URL.`,
  });
}

function candidatesOfRoot(dataDir: string): Account[] {
  const { uid, gid } = statSync(dataDir);
  if (uid !== 0) return [{ prefix: [], owner: { uid, gid } }];
  return [{ prefix: UNSHARE }, { prefix: [], owner: { uid: NOBODY, gid: NOBODY } }];
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

function works(account: Account, [command, ...args]: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const [program, ...rest] = [...account.prefix, command!, ...args];
  return spawnSync(program!, rest, { ...account.owner, env, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Starts a command under the account, in its own session: a Ctrl-C in our terminal is not for it. */
export function runAs(
  account: Account,
  command: readonly [string, ...string[]],
  options: { readonly env: NodeJS.ProcessEnv; readonly stdio: StdioOptions },
): ChildProcess {
  const [program, ...rest] = [...account.prefix, ...command];
  return spawn(program!, rest, { ...options, ...account.owner, cwd: '/', detached: true });
}

/** Gives a file or folder that we made to the account. */
export function give(account: Account, path: string): void {
  if (account.owner !== undefined) chownSync(path, account.owner.uid, account.owner.gid);
}
