import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { a, capitalA, de } from '../../src/kernel/article.ts';

t.test('names are said with the article that their sound wants', (t) => {
  for (const [name, en, fr] of [
    ['Observation', 'an Observation', 'd’Observation'],
    ['Patient', 'a Patient', 'de Patient'],
    ['Immunization', 'an Immunization', 'd’Immunization'],
    ['Account', 'an Account', 'd’Account'],
    ['Encounter', 'an Encounter', 'd’Encounter'],
    ['HealthcareService', 'a HealthcareService', 'de HealthcareService'],
    ['uri', 'a uri', 'd’uri'],
    ['unsignedInt', 'an unsignedInt', 'd’unsignedInt'],
    ['integer', 'an integer', 'd’integer'],
    ['dateTime', 'a dateTime', 'de dateTime'],
  ] as const) {
    t.equal(a(name), en);
    t.equal(capitalA(name), `A${en.slice(1)}`);
    t.equal(de(name), fr);
  }
  t.end();
});

t.test('no message puts a fixed article before a name that it is given', (t) => {
  const names = 'type|expected|found|about|first|resourceType|name|kind|owner|reference';
  const fixed = new RegExp(`\\b[Aa]n? \\$\\{(?:${names})\\}|[^a-zé]de \\$\\{(?:${names})\\}`);
  for (const file of globSync('src/**/*.ts', { exclude: (f) => f.endsWith('article.ts') })) {
    for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      if (fixed.test(line)) t.fail(`${file}:${i + 1}: ${line.trim()}`);
    }
  }
  t.end();
});
