// $meta, $meta-add, $meta-delete: https://hl7.org/fhir/R4/resource-operation-meta.html
import t from 'tap';
import { type Answer, world } from './world.ts';

const TAGS = 'urn:test:tags';
const parameters = (meta: object) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] });
const metaOf = (answer: Answer) =>
  (answer.json.parameter as readonly { name: string; valueMeta: Record<string, unknown> }[] | undefined)?.[0]
    ?.valueMeta;
const tagsOf = (answer: Answer) => (metaOf(answer)?.tag ?? []) as readonly { readonly code: string }[];
const tag = (code: string) => ({ system: TAGS, code });

t.test('meta operations', async (t) => {
  const w = await world(t);
  const versions = async (path: string) => (await w.get(`${path}/_history`)).json.total;

  t.test('$meta gives the meta of a resource and of each of its versions', async (t) => {
    await w.put('Basic/a', { resourceType: 'Basic', id: 'a', code: { text: 'x' }, meta: { tag: [tag('one')] } });
    await w.put('Basic/a', { resourceType: 'Basic', id: 'a', code: { text: 'x' }, meta: { tag: [tag('two')] } });
    const current = await w.get('Basic/a/$meta');
    t.equal(current.status, 200);
    t.match(metaOf(current), { versionId: '2', tag: [tag('two')] });
    t.match(metaOf(await w.get('Basic/a/_history/1/$meta')), { versionId: '1', tag: [tag('one')] });
    t.match(metaOf(await w.post('Basic/a/$meta', { resourceType: 'Parameters' })), { versionId: '2' });
    t.equal((await w.get('Basic/none/$meta')).status, 404);
    t.equal((await w.get('Basic/a/_history/9/$meta')).status, 404);
    t.equal((await w.get('Basic/a/$meta?x=1')).status, 400);
  });

  t.test('$meta-add adds what is not there, as a new version', async (t) => {
    await w.put('Basic/b', { resourceType: 'Basic', id: 'b', code: { text: 'x' }, meta: { tag: [tag('one')] } });
    const added = await w.post(
      'Basic/b/$meta-add',
      parameters({
        versionId: '77',
        profile: ['urn:test:profile'],
        tag: [{ ...tag('one'), display: 'another name' }, tag('two'), tag('two')],
        security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
      }),
    );
    t.equal(added.status, 200, added.text);
    t.match(metaOf(added), {
      versionId: '2',
      profile: ['urn:test:profile'],
      tag: [tag('one'), tag('two')],
      security: [{ code: 'R' }],
    });
    t.equal(tagsOf(added).length, 2, 'the display does not make another tag');
    t.same(metaOf(await w.get('Basic/b/$meta')), metaOf(added));
    t.same((await w.get('Basic/b')).json.meta, metaOf(added));
    t.match((await w.get('Basic/b/_history/1')).json.meta, { tag: [tag('one')] }, 'the version before stays');
    t.same(
      ((await w.get(`Basic?_tag=${TAGS}|two`)).json.entry as { resource: { id: string } }[])
        .map((e) => e.resource.id)
        .sort(),
      ['a', 'b'],
      'and searches find it',
    );
  });

  t.test('adding what is there, or taking what is not, changes nothing', async (t) => {
    const before = await versions('Basic/b');
    t.equal((await w.post('Basic/b/$meta-add', parameters({ tag: [tag('one')] }))).status, 200);
    t.equal((await w.post('Basic/b/$meta-delete', parameters({ tag: [tag('nine')] }))).status, 200);
    t.equal(await versions('Basic/b'), before);
  });

  t.test('$meta-delete takes away by system and code, and leaves no empty list', async (t) => {
    const taken = await w.post(
      'Basic/b/$meta-delete',
      parameters({ profile: ['urn:test:profile'], tag: [{ ...tag('one'), display: 'x' }], security: [{ code: 'R' }] }),
    );
    t.equal(taken.status, 200, taken.text);
    t.same(Object.keys(metaOf(taken) ?? {}), ['versionId', 'lastUpdated', 'tag', 'security']);
    t.match(metaOf(taken), { versionId: '3', tag: [tag('two')], security: [{ code: 'R' }] });
    t.equal(tagsOf(taken).length, 1);
  });

  t.test('every digit and element of the rest stays', async (t) => {
    const body =
      '{"resourceType":"Observation","id":"d","status":"final","code":{"text":"x"},"valueQuantity":{"value":72.500},"referenceRange":[{"low":{"value":1e1}}],"_status":{"extension":[{"url":"urn:x","valueDecimal":1.0}]}}';
    await w.put('Observation/d', body);
    const label = `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"t","extension":[{"url":"urn:x","valueDecimal":2.50}]}]}}]}`;
    const added = await w.post('Observation/d/$meta-add', label);
    t.match(added.text, '"valueDecimal":2.50', 'of the label too');
    const { text } = await w.get('Observation/d');
    for (const piece of ['"value":72.500', '"value":1e1', '"valueDecimal":1.0}', '"valueDecimal":2.50'])
      t.match(text, piece);
  });

  t.test('refuses what would make a bad resource, and what is no meta', async (t) => {
    const before = await versions('Basic/b');
    const profile = 'http://hl7.org/fhir/StructureDefinition/Patient';
    const cases = [
      [422, parameters({ tag: [{ system: TAGS, colour: 'red' }] })],
      [422, parameters({ tag: tag('alone') })],
      [422, parameters({})],
      [422, parameters({ tag: [tag('three')], colour: 'red' })],
      [422, parameters({ profile: ['with space'] })],
      [400, { resourceType: 'Parameters' }],
      [400, { resourceType: 'Parameters', parameter: [{ name: 'meta', valueString: 'x' }] }],
      [400, { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: [] }] }],
      [400, { resourceType: 'Basic', code: { text: 'x' } }],
    ] as const;
    for (const [status, body] of cases) {
      t.equal((await w.post('Basic/b/$meta-add', body)).status, status, JSON.stringify(body));
    }
    t.equal((await w.post('Basic/b/$meta-add', parameters({ profile: [profile] }))).status, 200, 'unknown: a warning');
    t.equal(await versions('Basic/b'), (before as number) + 1);
    t.equal((await w.get('Basic/b/$meta-add')).status, 405);
    t.equal((await w.post('Basic/b/_history/1/$meta-add', parameters({}))).status, 404, 'past versions are evidence');
    t.equal((await w.post('Basic/none/$meta-add', parameters({ tag: [tag('one')] }))).status, 404);
  });

  t.test('If-Match makes one winner', async (t) => {
    await w.put('Basic/c', { resourceType: 'Basic', id: 'c', code: { text: 'x' } });
    const race = await Promise.all(
      ['x', 'y'].map((code) => w.post('Basic/c/$meta-add', parameters({ tag: [tag(code)] }), { 'if-match': 'W/"1"' })),
    );
    t.same(race.map((r) => r.status).sort(), [200, 412]);
    const free = await Promise.all(
      ['p', 'q', 'r'].map((code) => w.post('Basic/c/$meta-add', parameters({ tag: [tag(code)] }))),
    );
    t.same(
      free.map((r) => r.status),
      [200, 200, 200],
    );
    t.equal(tagsOf(await w.get('Basic/c/$meta')).length, 4, 'none is lost');
  });

  t.test('a type and the base say which labels are carried now', async (t) => {
    await w.put('Flag/f', {
      resourceType: 'Flag',
      id: 'f',
      status: 'active',
      code: { text: 'x' },
      subject: { display: 'x' },
      meta: {
        tag: [tag('flagged'), { code: 'bare' }],
        profile: ['urn:test:flag|2'],
        security: [{ system: 'urn:s', code: 's' }],
      },
    });
    t.same(metaOf(await w.get('Flag/$meta')), {
      profile: ['urn:test:flag|2'],
      security: [{ system: 'urn:s', code: 's' }],
      tag: [{ code: 'bare' }, tag('flagged')],
    });
    const all = await w.get('$meta');
    t.ok(tagsOf(all).some((x) => x.code === 'flagged'));
    t.ok([metaOf(all)?.profile].flat().includes('urn:test:flag|2'));
    t.notOk(
      tagsOf(all).some((x) => x.code === 'one'),
      'a label of past versions alone is not listed',
    );
    await w.delete('Flag/f');
    const none = await w.get('Flag/$meta');
    t.equal(none.status, 200);
    t.equal(metaOf(none), undefined);
  });

  t.test('a deleted resource has no meta to change', async (t) => {
    t.equal((await w.get('Flag/f/$meta')).status, 410);
    t.equal((await w.post('Flag/f/$meta-add', parameters({ tag: [tag('x')] }))).status, 410);
  });

  t.test('more labels than can be looked for are refused, not waited for', async (t) => {
    const many = Array.from({ length: 10_001 }, (_, i) => ({ system: TAGS, code: `t${i}` }));
    await w.put('Substance/s', { resourceType: 'Substance', id: 's', code: { text: 'x' }, meta: { tag: many } });
    t.equal((await w.get('Substance/$meta')).status, 403);
    t.equal((await w.get('$meta')).status, 403);
    t.equal((await w.get('Basic/$meta')).status, 200, 'of another type');
    t.match(metaOf(await w.get('Substance/s/$meta')), { tag: { length: 10_001 } }, 'of the resource');
  });
});
