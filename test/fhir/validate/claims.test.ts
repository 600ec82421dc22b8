// Which profiles are asked of a resource: those it claims, and the definitions of its extensions.
import t from 'tap';
import { faultsOf, type Json, observation } from './check.ts';
import { byUrl, extensionOf, KINDS, kinds, others, profile, profileUrl, validatorOf } from './profile.ts';

t.test('claims', async (t) => {
  const validator = validatorOf([
    profile('p', 'Observation', { id: 'Observation.subject', min: 1, max: '1' }),
    ...others,
  ]);
  const claiming = (...urls: string[]) => faultsOf(observation({ meta: { profile: urls } }), validator);
  t.same(claiming(profileUrl('p')), ['profile-min Observation.subject']);
  t.same(claiming(`${profileUrl('p')}|2.0`), ['profile-min Observation.subject'], 'with a version');
  t.same(
    claiming('http://example.org/other', profileUrl('p')),
    ['warning profile-unknown Observation.meta.profile[0]', 'profile-min Observation.subject'],
    'an unknown one warns',
  );
  t.same(claiming('http://hl7.org/fhir/StructureDefinition/Observation'), [], 'the base type is no news');
  t.same(claiming(profileUrl('patient')), ['profile-other-type Observation.meta.profile[0]']);
  t.same(claiming(profileUrl('p'), profileUrl('p')), ['profile-min Observation.subject'], 'the same fault once');
  const entry = [{ resource: observation({ meta: { profile: [profileUrl('p')] } }) }];
  t.same(
    faultsOf({ resourceType: 'Bundle', type: 'collection', entry }, validator),
    ['profile-min Bundle.entry[0].resource.subject'],
    'inside a Bundle',
  );
  const contained = [{ resourceType: 'Patient', id: 'x', meta: { profile: [profileUrl('patient')] } }];
  t.same(
    faultsOf(observation({ contained, subject: { reference: '#x' } }), validator),
    ['profile-min Observation.contained[0].birthDate'],
    'contained',
  );
});

t.test('a profile is asked only of a resource whose base is good', async (t) => {
  const validator = validatorOf([profile('p', 'Observation', { id: 'Observation.subject', min: 1, max: '1' })]);
  const resource = observation({ meta: { profile: [profileUrl('p')] }, status: 'banana' });
  t.same(faultsOf(resource, validator), ['code-not-in-value-set Observation.status']);
});

const line = profile(
  'line',
  'Extension',
  { id: 'Extension.extension', min: 1, slicing: { ...byUrl(), rules: 'closed' } },
  { id: 'Extension.extension:activity', min: 1, max: '1', type: [{ code: 'Extension' }] },
  { id: 'Extension.extension:activity.extension', max: '0' },
  { id: 'Extension.extension:activity.url', min: 1, max: '1', fixedUri: 'activity' },
  {
    id: 'Extension.extension:activity.value[x]',
    min: 1,
    max: '1',
    type: [{ code: 'Coding' }],
    binding: { strength: 'required', valueSet: KINDS },
  },
  { id: 'Extension.extension:interest', max: '1', type: [{ code: 'Extension' }] },
  { id: 'Extension.extension:interest.url', min: 1, max: '1', fixedUri: 'interest' },
  { id: 'Extension.extension:interest.value[x]', min: 1, max: '1', type: [{ code: 'code' }] },
  { id: 'Extension.url', min: 1, max: '1', fixedUri: profileUrl('line') },
  { id: 'Extension.value[x]', max: '0' },
);

t.test('extensions are held to their definition wherever they stand', async (t) => {
  const validator = validatorOf([line, extensionOf('why', 'string')], [kinds]);
  const on = (extension: Json) => faultsOf({ resourceType: 'Device', extension: [extension] }, validator);
  const activity = { url: 'activity', valueCoding: { system: 'http://example.org/kinds', code: 'a' } };
  const url = profileUrl('line');
  const at = 'Device.extension[0]';
  t.same(on({ url, extension: [activity, { url: 'interest', valueCode: 'x' }] }), []);
  t.same(on({ url, extension: [{ url: 'interest', valueCode: 'x' }] }), [`profile-slice-min ${at}.extension`]);
  t.same(on({ url, extension: [activity, activity] }), [`profile-slice-max ${at}.extension`]);
  t.same(on({ url, extension: [activity, { url: 'interets', valueCode: 'x' }] }), [
    `profile-closed ${at}.extension[1]`,
  ]);
  t.same(
    on({ url, extension: [{ url: 'activity', valueCode: 'a' }] }),
    [
      `profile-type ${at}.extension[0].value.ofType(code)`,
      `code-not-in-value-set ${at}.extension[0].value.ofType(code)`,
    ].slice(0, 1),
  );
  t.same(on({ url, extension: [{ url: 'activity', valueCoding: { ...activity.valueCoding, code: 'c' } }] }), [
    `code-not-in-value-set ${at}.extension[0].value.ofType(Coding)`,
  ]);
  t.same(on({ url, valueString: 'x' }), [
    `profile-min ${at}.extension`,
    `profile-slice-min ${at}.extension`,
    `profile-max ${at}.value`,
  ]);
  t.same(on({ url: 'http://example.org/unknown', valueString: 'x' }), [], 'unknown extensions are welcome');
  const deep = {
    resourceType: 'Patient',
    name: [{ family: 'x', _family: { extension: [{ url: profileUrl('why'), valueInteger: 1 }] } }],
  };
  t.same(faultsOf(deep, validator), ['profile-type Patient.name[0].family.extension[0].value.ofType(integer)']);
  t.same(
    faultsOf(
      { resourceType: 'Patient', modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }] },
      validator,
    ),
    ['warning modifier-unknown Patient.modifierExtension[0].url'],
    'but an unknown modifier is said',
  );
});

t.test('a profile without a snapshot counts as unknown', async (t) => {
  const { snapshot, ...rest } = profile('p', 'Observation');
  t.ok(snapshot);
  const validator = validatorOf([rest]);
  t.same(faultsOf(observation({ meta: { profile: [profileUrl('p')] } }), validator), [
    'warning profile-unknown Observation.meta.profile[0]',
  ]);
});

t.test('a rule beyond our FHIRPath is evaluated elsewhere, one that nobody reads is not judged', async (t) => {
  const rule = (key: string, expression: string) => ({ key, severity: 'error' as const, human: 'x', expression });
  const said = {
    id: 'Observation.code',
    max: '1',
    constraint: [
      rule('a', "text.matches('x') or text.toChars().count() > 2"),
      rule('b', "text.memberOf('http://e.org')"),
      rule('c', 'text ???'),
    ],
  };
  const validator = validatorOf([profile('p', 'Observation', said)]);
  const claiming = (text: string) =>
    faultsOf(observation({ meta: { profile: [profileUrl('p')] }, code: { text } }), validator);
  t.same(claiming('abc'), []);
  t.same(claiming('ab'), ['invariant-a Observation.code']);
});
