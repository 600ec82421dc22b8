// Bodies that were good once: members replaced, added and taken away, the text cut, doubled and nested.
import type { Chance } from '../make/random.ts';
import type { Json } from './server.ts';
import { NAMES, TEXTS } from './storm-words.ts';

export class Spoiler {
  readonly draw: Chance;
  readonly resources: readonly Json[];

  /** @param resources good ones */
  constructor(draw: Chance, resources: readonly Json[]) {
    this.draw = draw;
    this.resources = resources;
  }

  /** A text that programs trip over. */
  text(): string {
    return this.draw.odds(0.2) ? this.draw.pick(NAMES) : this.draw.pick(TEXTS);
  }

  /** Any JSON. */
  json(depth: number): Json {
    switch (this.draw.int(0, depth > 0 ? 8 : 5 - 1)) {
      case 0:
        return this.text();
      case 1:
        return this.draw.pick([0, -1, 1.5, 1e308, 2 ** 53, -0]);
      case 2:
        return this.draw.pick([true, false, null]);
      case 3:
        return structuredClone(this.draw.pick(this.resources));
      case 4:
        // Neither is a text for String().
        return this.draw.pick<Json>([{}, { toString: 1 }, { toString: null, valueOf: [] }]);
      case 5:
        return Array.from({ length: this.draw.int(0, 4 - 1) }, () => this.json(depth - 1));
      default:
        return Object.fromEntries(
          Array.from({ length: this.draw.int(0, 4 - 1) }, () => [
            this.draw.pick(['value', 'extension', 'url', 'system', 'reference', 'name', ...NAMES]),
            this.json(depth - 1),
          ]),
        );
    }
  }

  /** A body as text, with members replaced, added and taken away, and then perhaps spoilt as text. */
  spoilt(good: Json): string {
    const copy = structuredClone(good);
    for (let i = this.draw.int(0, 4 - 1); i > 0; i--) this.#change(copy);
    const text = JSON.stringify(copy);
    switch (this.draw.int(0, 14 - 1)) {
      case 0:
        return text.slice(0, this.draw.int(0, text.length - 1));
      case 1:
        return text.replace('{', `{"${this.draw.pick(['id', 'resourceType', ...NAMES])}":"x",`);
      case 2:
        return text.replace(
          /"([a-z]\w*)":/i,
          `"$1":${this.draw.pick(['1', 'null', '[]', '{}', '1e999', '-0', '01', 'NaN', '"\\ud800"', '"\\u0000"'])},"$1":`,
        );
      case 3:
        return text.replace(
          /:("[^"]*"|true|\d+)/,
          `:${this.draw.pick(['1e400', '-1e400', '0.1e-400', '9'.repeat(500), `"${'x'.repeat(20_000)}"`, `${'['.repeat(600)}${']'.repeat(600)}`])}`,
        );
      case 4: {
        const depth = this.draw.pick([40, 99, 120, 400, 3000]);
        return text.replace(
          /}$/,
          `,"extension":${'[{"url":"http://a","extension":'.repeat(depth)}[]${'}]'.repeat(depth)}}`,
        );
      }
      case 5:
        return `${this.draw.pick(['\ufeff', '[', ' ', '//', '{}'])}${text}`;
      default:
        return text;
    }
  }

  #change(root: Json): void {
    const places: [Json, string][] = [];
    const walk = (node: Json): void => {
      for (const key of Object.keys(node)) {
        places.push([node, key]);
        if (typeof node[key] === 'object' && node[key] !== null) walk(node[key]);
      }
    };
    walk(root);
    const place = places[this.draw.int(0, places.length - 1)];
    if (place === undefined) return;
    const [node, key] = place;
    switch (this.draw.int(0, 6 - 1)) {
      case 0:
        delete node[key];
        break;
      case 1:
        node[key] = [node[key], node[key]];
        break;
      case 2:
        node[key] = { value: node[key] };
        break;
      case 3:
        if (!Array.isArray(node))
          Object.defineProperty(node, this.draw.pick(NAMES), {
            value: this.json(1),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        break;
      default:
        node[key] = this.json(2);
    }
  }
}
