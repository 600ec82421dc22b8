// Reads a tar archive in memory: ustar, with the long names of pax and GNU. Nothing is ever written to disk.
// Format: POSIX.1-2017, pax interchange format, https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html

const BLOCK = 512;

export interface TarFile {
  /** As the archive spells it, `/` between folders. */
  readonly name: string;
  readonly content: Buffer;
}

/** An archive that cannot be trusted or read; the message says why. */
export class TarError extends Error {}

/**
 * The regular files of an archive, in its order. Folders are left out.
 * @throws TarError for a broken archive, for links and devices, and for names that lead out of the archive.
 */
export function readTar(archive: Buffer): TarFile[] {
  const files: TarFile[] = [];
  let longName: string | undefined;
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files;
    checkSum(header, at);
    const size = sizeOf(header);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new TarError('ends in the middle of a file');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;

    const kind = String.fromCharCode(header[156] as number);
    if (kind === 'x') longName = paxPath(content) ?? longName;
    else if (kind === 'L') longName = textOf(content, 0, content.length);
    else if (kind !== 'g') {
      const name = safeName(longName ?? headerName(header));
      longName = undefined;
      if (kind === '0' || kind === '\0') files.push({ name, content });
      else if (kind !== '5')
        throw new TarError(`holds ${JSON.stringify(name)}, which is a link or a device, not a file`);
    }
  }
  // Some writers leave the closing zeros out; a cut archive does not end on a block.
  if (at !== archive.length) throw new TarError('ends in the middle of a file');
  return files;
}

function textOf(bytes: Buffer, start: number, end: number): string {
  const zero = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, zero >= start && zero < end ? zero : end);
}

/** Numbers are octal text. The binary form for 8 GiB and more has no place in a package. */
function octal(header: Buffer, start: number, end: number): number {
  const text = textOf(header, start, end).trim();
  if (!/^[0-7]+$/.test(text)) throw new TarError('has a damaged header');
  return Number.parseInt(text, 8);
}

function sizeOf(header: Buffer): number {
  return octal(header, 124, 136);
}

/** The sum of the header's bytes, its own field taken as blanks. */
function checkSum(header: Buffer, at: number): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] as number);
  if (sum !== octal(header, 148, 156)) throw new TarError(`has a damaged header at byte ${at}`);
}

function headerName(header: Buffer): string {
  const prefix = textOf(header, 257, 263).startsWith('ustar') ? textOf(header, 345, 500) : '';
  const name = textOf(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `path` of a pax record list: lines `length key=value`, the length in bytes. */
function paxPath(records: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < records.length; ) {
    const blank = records.indexOf(32, at);
    const length = Number(records.toString('latin1', at, blank));
    if (blank < 0 || !Number.isInteger(length) || length <= blank - at) throw new TarError('has a damaged pax header');
    const [, key, value] = /^([^=]*)=([\s\S]*)\n$/.exec(records.toString('utf8', blank + 1, at + length)) ?? [];
    if (key === 'path') path = value;
    at += length;
  }
  return path;
}

/** A name stays inside its archive: relative, no `..`, no drive, no backslash, no NUL. */
function safeName(name: string): string {
  const plain = name.replace(/^(\.\/)+/, '');
  if (plain.startsWith('/') || /[\\\0]|^[A-Za-z]:/.test(plain) || plain.split('/').includes('..')) {
    throw new TarError(`holds ${JSON.stringify(name)}, a name that leads out of the archive`);
  }
  return plain;
}
