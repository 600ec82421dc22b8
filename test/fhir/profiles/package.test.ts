// Published packages: archives and folders, and what an attacker or a bad download puts in their place.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';
import { readPackages } from '../../../src/fhir/profiles/package.ts';
import { readTar } from '../../../src/fhir/profiles/tar.ts';

interface Entry {
  readonly name: string;
  readonly content?: string;
  /** Type flag: `0` file, `2` link, `5` folder, `x` pax header, `L` GNU long name. */
  readonly kind?: string;
  readonly link?: string;
}

function block({ name, content = '', kind = '0', link = '' }: Entry): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((n, byte) => n + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const tar = (...entries: Entry[]) => Buffer.concat([...entries.map(block), Buffer.alloc(1024)]);

/** A pax record, which counts its own length. */
const record = (line: string) => {
  let length = line.length + 3;
  while (`${length} ${line}\n`.length !== length) length++;
  return `${length} ${line}\n`;
};

const manifest = (more: object = {}) =>
  JSON.stringify({ name: 'example.fhir', version: '1.0.0', fhirVersions: ['4.0.1'], ...more });
const json = (resource: object) => JSON.stringify(resource);
const profile = (url: string, version: string, more: object = {}) => ({
  resourceType: 'StructureDefinition',
  url,
  version,
  derivation: 'constraint',
  type: 'Patient',
  snapshot: { element: [{ id: 'Patient', path: 'Patient' }] },
  ...more,
});

const FILES = {
  'package.json': manifest(),
  '.index.json': '{ "files": [] }',
  'StructureDefinition-a.json': json(profile('https://example.org/a', '1.0.0')),
  'StructureDefinition-b.json': json(profile('https://example.org/b', '1.0.0', { snapshot: undefined })),
  'StructureDefinition-c.json': json(profile('https://example.org/c', '1.0.0', { derivation: 'specialization' })),
  'ValueSet-v.json': json({ resourceType: 'ValueSet', url: 'https://example.org/v' }),
  'CodeSystem-s.json': json({ resourceType: 'CodeSystem', url: 'https://example.org/s' }),
  'Patient-p.json': 'not looked at',
};
const entries = Object.entries(FILES).map(([name, content]) => ({ name: `package/${name}`, content }));
const READ = {
  name: 'example.fhir',
  version: '1.0.0',
  structureDefinitions: [{ url: 'https://example.org/a' }],
  valueSets: [{ url: 'https://example.org/v' }],
  codeSystems: [{ url: 'https://example.org/s' }],
  withoutSnapshot: ['https://example.org/b'],
};

t.test('reads an archive and unpacked folders alike', async (t) => {
  const folder = t.testdir({
    'a.tgz': gzipSync(tar(...entries, { name: 'package/example/StructureDefinition-z.json', content: '{}' })),
    b: { package: FILES },
    c: { ...FILES },
    'notes.txt': 'ignored',
    empty: {},
  });
  const packages = readPackages(folder);
  t.equal(packages.length, 3);
  for (const p of packages) {
    t.match(p, READ);
    t.equal(p.structureDefinitions.length, 1, 'neither without snapshot nor the base types');
  }
});

t.test('reads long names, of pax and of GNU', async (t) => {
  const long = `package/StructureDefinition-${'x'.repeat(120)}.json`;
  const pax = tar(
    { name: 'pax', kind: 'x', content: record('mtime=1.5') + record(`path=${long}`) },
    { name: 'short', content: '1' },
  );
  t.match(readTar(pax), [{ name: long }]);
  const gnu = tar(
    { name: '././@LongLink', kind: 'L', content: `${long}\0` },
    { name: 'short', content: '1' },
    { name: 'next', content: '2' },
  );
  t.strictSame(
    readTar(gnu).map((f) => f.name),
    [long, 'next'],
  );
});

t.test('refuses names that lead out of the archive', async (t) => {
  for (const name of [
    '../evil.json',
    'package/../../evil.json',
    '/etc/passwd',
    'C:/evil.json',
    'package\\..\\evil.json',
  ]) {
    const folder = t.testdir({ 'evil.tgz': gzipSync(tar(...entries, { name, content: '{}' })) });
    t.throws(
      () => readPackages(folder),
      { name: 'PackageError', message: /evil\.tgz: .*leads out of the archive/ },
      name,
    );
  }
  const pax = tar(
    { name: 'pax', kind: 'x', content: record('path=../../evil') },
    { name: 'package/fine.json', content: '{}' },
  );
  t.throws(() => readTar(pax), /leads out of the archive/, 'in a pax header too');
});

t.test('refuses links', async (t) => {
  const archive = tar(...entries, { name: 'package/ValueSet-x.json', kind: '2', link: '/etc/passwd' });
  t.throws(() => readPackages(t.testdir({ 'link.tgz': gzipSync(archive) })), /link or a device/);

  const folder = t.testdir({ secret: 'secret', p: { package: { 'package.json': manifest() } } });
  symlinkSync(join(folder, 'secret'), join(folder, 'p/package/ValueSet-x.json'));
  t.throws(() => readPackages(folder), /ValueSet-x\.json is a link out of the package/);
});

t.test('takes a package that is itself a link: the owner of the folder put it there', async (t) => {
  const folder = t.testdir({ elsewhere: { package: FILES }, packages: {} });
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'packages/linked'));
  t.match(readPackages(join(folder, 'packages')), [READ]);
});

t.test('refuses broken packages with a line that names them', async (t) => {
  const good = tar(...entries);
  const damaged = Buffer.from(good);
  damaged[3] = 0x21;
  const bad: [name: string, archive: Buffer, says: RegExp][] = [
    ['no gzip', good, /cannot be unpacked/],
    ['a truncated download', gzipSync(good).subarray(0, 200), /cannot be unpacked/],
    ['a file cut off', gzipSync(good.subarray(0, 700)), /ends in the middle of a file|damaged/],
    ['a damaged header', gzipSync(damaged), /damaged header at byte 0/],
    ['no package.json', gzipSync(tar(entries[2] as Entry)), /has no package\.json/],
    [
      'a nameless package',
      gzipSync(tar({ name: 'package/package.json', content: '{}' })),
      /names no package and version/,
    ],
    [
      'another FHIR',
      gzipSync(tar({ name: 'package/package.json', content: manifest({ fhirVersions: ['5.0.0'] }) })),
      /is for FHIR 5\.0\.0/,
    ],
    [
      'no JSON',
      gzipSync(tar(entries[0] as Entry, { name: 'package/ValueSet-x.json', content: '{' })),
      /ValueSet-x\.json is not JSON/,
    ],
    [
      'a JSON text',
      gzipSync(tar(entries[0] as Entry, { name: 'package/ValueSet-x.json', content: '"x"' })),
      /is no JSON object/,
    ],
  ];
  for (const [name, archive, message] of bad) {
    const folder = t.testdir({ 'bad.tgz': archive });
    t.throws(() => readPackages(folder), { name: 'PackageError', message }, name);
  }
  t.throws(() => readPackages('/nowhere/at/all'), { name: 'PackageError', message: /VIGIE_PACKAGES/ });
});

t.test('refuses an archive that unpacks without end', async (t) => {
  const folder = t.testdir({});
  // 600 MiB of zeros: some 600 kB packed. Written in pieces, as gzip members may follow each other.
  const piece = gzipSync(Buffer.alloc(50 * 1024 * 1024));
  mkdirSync(join(folder, 'p'));
  writeFileSync(join(folder, 'p/bomb.tgz'), Buffer.concat(Array.from({ length: 12 }, () => piece)));
  t.throws(() => readPackages(join(folder, 'p')), /cannot be unpacked/);
});

t.test('prefers ours, then the latest version', async (t) => {
  const ours = 'https://w3id.org/vigie/fhir/StructureDefinition/tls-patient';
  const versioned = (version: string) => ({
    'package.json': manifest({ version }),
    'StructureDefinition-a.json': json(profile('https://example.org/a', version)),
    'StructureDefinition-p.json': json(profile(ours, `9${version}`)),
  });
  const folder = t.testdir({
    a: versioned('2.9.0'),
    b: versioned('2.10.0'),
    c: versioned('2.10.0-ballot'),
    d: versioned('2.1.0'),
  });
  const loaded = loadProfiles(folder);
  t.equal(loaded.packages.length, 4);
  const of = (url: string) => loaded.structureDefinitions.filter((sd) => sd.url === url).map((sd) => sd.version);
  t.strictSame(of('https://example.org/a'), ['2.10.0']);
  t.strictSame(of(ours), ['0.1.0']);
  t.ok(
    loaded.own.every((r) => r.url.startsWith('https://w3id.org/vigie/fhir/')),
    'what is served is ours only',
  );
  t.strictSame(loadProfiles().packages, [], 'no folder, no packages');
});
