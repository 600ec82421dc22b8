// Hostile requests over everything that the CapabilityStatement names, made from a seed: the same seed, the same requests.
import { type Chance, chance } from '../make/random.ts';
import type { Json } from './server.ts';
import { Spoiler } from './spoil.ts';
import { GOOD, MODIFIERS, NAMES, SHAPES, TEXTS, TYPES_OF_MEDIA } from './storm-words.ts';

export interface Hostile {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
}

interface Served {
  readonly type: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly includes: readonly string[];
}

export class Storm {
  readonly #draw: Chance;
  readonly #spoiler: Spoiler;
  readonly #served: readonly Served[];
  readonly #operations: readonly string[];
  readonly #types: readonly string[];
  readonly #resources: readonly Json[];

  /** @param resources good ones, to be spoilt */
  constructor(seed: number, capability: Json, resources: readonly Json[]) {
    this.#draw = chance(seed);
    this.#spoiler = new Spoiler(this.#draw, resources);
    this.#resources = resources;
    const [rest] = capability.rest;
    this.#served = rest.resource.map((r: Json) => ({
      type: r.type,
      parameters: r.searchParam ?? [],
      includes: [...(r.searchInclude ?? []), ...(r.searchRevInclude ?? [])],
    }));
    this.#types = this.#served.map(({ type }) => type);
    const everywhere = (rest.operation ?? []).map((o: Json) => o.name);
    this.#operations = [
      ...new Set([...everywhere, ...rest.resource.flatMap((r: Json) => (r.operation ?? []).map((o: Json) => o.name))]),
    ];
  }

  next(): Hostile {
    const made = this.#request();
    return this.#draw.odds(0.4) ? { ...made, headers: { ...made.headers, ...this.#headers() } } : made;
  }

  #type(): string {
    return this.#draw.odds(0.7)
      ? this.#draw.pick(['Patient', 'Observation', 'ServiceRequest', 'Claim', 'Binary'])
      : this.#draw.pick(this.#types);
  }

  #segment(text: string): string {
    return encodeURIComponent(text.slice(0, 200));
  }

  #id(): string {
    const { id } = this.#draw.pick(this.#resources);
    if (this.#draw.odds(0.6)) return id ?? 'x';
    return this.#draw.odds(0.5)
      ? this.#segment(this.#spoiler.text()) || 'x'
      : this.#draw.pick(['%00', '%ED%A0%80', '%C0%AF', '%', '%zz', '..', '_history', '$meta']);
  }

  #request(): Hostile {
    const type = this.#type();
    switch (this.#draw.int(0, 9)) {
      case 0:
      case 1:
        return {
          method: this.#draw.pick(['GET', 'GET', 'HEAD']),
          path: `${this.#draw.pick([type, type, ''])}?${this.#query(type)}`,
          headers: {},
        };
      case 2:
        return { method: 'GET', path: this.#instance(type), headers: {} };
      case 3:
      case 4:
        return this.#write(type);
      case 5:
        return this.#bundle();
      case 6:
      case 7:
        return this.#operation(type);
      case 8:
        return this.#form(type);
      default:
        return this.#anything(type);
    }
  }

  #instance(type: string): string {
    const tail = this.#draw.pick([
      '',
      '',
      '/_history',
      `/_history/${this.#segment(this.#spoiler.text()) || 1}`,
      '/_history/1',
      '/*',
      '/Observation',
    ]);
    return `${type}/${this.#id()}${tail}${this.#draw.odds(0.3) ? `?${this.#query(type)}` : ''}`;
  }

  #query(type: string): string {
    const served = this.#served.find((s) => s.type === type) ?? { parameters: [], includes: [] };
    return Array.from({ length: this.#draw.int(1, 3) }, () =>
      this.#draw.odds(0.5) ? this.#goodParameter(served) : this.#badParameter(served),
    ).join('&');
  }

  /** One that is understood, most likely. */
  #goodParameter({ parameters, includes }: Omit<Served, 'type'>): string {
    const shape = this.#draw.pick([
      '_count=1',
      '_sort=-_lastUpdated',
      '_total=accurate',
      '_summary=true',
      '_elements=id',
    ]);
    if (parameters.length === 0 || this.#draw.odds(0.2)) return shape;
    if (includes.length > 0 && this.#draw.odds(0.1)) return `_include=${encodeURIComponent(this.#draw.pick(includes))}`;
    const { name, type } = this.#draw.pick(parameters);
    return `${encodeURIComponent(name)}=${encodeURIComponent(this.#draw.pick(GOOD[type] ?? ['x']))}`;
  }

  #badParameter({ parameters, includes }: Omit<Served, 'type'>): string {
    const names = [...parameters.map((p) => p.name), ...SHAPES];
    const name = this.#draw.odds(0.9) ? this.#draw.pick(names) : this.#spoiler.text();
    const chain = this.#draw.odds(0.15) ? `.${this.#draw.pick(names)}` : '';
    const by = this.#draw.pick(['patient', 'subject', this.#spoiler.text()]);
    const has = this.#draw.odds(0.08) ? `_has:${this.#type()}:${by}:` : '';
    const value = name.includes('clude') && this.#draw.odds(0.7) ? this.#draw.pick([...includes, '*']) : this.#value();
    const whole = `${has}${name}${this.#draw.pick(MODIFIERS)}${chain}`.slice(0, 3000);
    return `${encodeURIComponent(whole)}=${encodeURIComponent(value)}`;
  }

  #value(): string {
    const text = this.#draw.odds(0.3) ? this.#draw.pick(Object.values(GOOD).flat()) : this.#spoiler.text();
    return this.#draw.odds(0.3)
      ? `${this.#draw.pick(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])}${text}`
      : text;
  }

  #write(type: string): Hostile {
    const good = this.#draw.pick(this.#resources);
    const method = this.#draw.pick(['POST', 'PUT', 'PATCH', 'DELETE'] as const);
    const own = this.#draw.odds(0.8) ? good.resourceType : type;
    if (method === 'DELETE')
      return {
        method,
        path: this.#draw.odds(0.5) ? `Device/${this.#id()}` : `${own}?${this.#query(own)}`,
        headers: {},
      };
    if (method === 'PATCH') return this.#patch(own);
    const path = method === 'POST' ? own : this.#draw.odds(0.7) ? `${own}/${this.#id()}` : `${own}?${this.#query(own)}`;
    return { method, path, headers: json(), body: this.#spoiler.spoilt(good) };
  }

  #patch(type: string): Hostile {
    const place = () =>
      `/${this.#draw.pick(['name', 'active', 'meta', 'identifier', '-', '0', ...NAMES])}${this.#draw.pick(['', '/0', '/-', '/1e9', '/given/0', '/~', '/~2'])}`;
    const one = () => ({
      op: this.#draw.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', this.#spoiler.text()]),
      path: place(),
      from: place(),
      value: this.#spoiler.json(2),
    });
    const parts = () => [
      {
        name: 'type',
        valueCode: this.#draw.pick(['add', 'insert', 'delete', 'replace', 'move', this.#spoiler.text()]),
      },
      {
        name: 'path',
        valueString: `${type}.${this.#draw.pick(['name', 'active', 'extension', 'where(', ...NAMES, ...TEXTS])}`,
      },
      { name: 'name', valueString: this.#spoiler.text() },
      { name: 'value', valueString: this.#spoiler.text() },
    ];
    const count = 1 + this.#draw.int(0, 2);
    const parameters = {
      resourceType: 'Parameters',
      parameter: Array.from({ length: count }, () => ({ name: 'operation', part: parts() })),
    };
    const isJson = this.#draw.odds(0.5);
    return {
      method: 'PATCH',
      path: `${type}/${this.#id()}`,
      headers: { 'content-type': isJson ? 'application/json-patch+json' : 'application/fhir+json' },
      body: this.#spoiler.spoilt(isJson ? Array.from({ length: count }, one) : parameters),
    };
  }

  #bundle(): Hostile {
    const entry = Array.from({ length: 1 + this.#draw.int(0, 3) }, () => {
      const { resourceType: type, ...rest } = this.#draw.pick(this.#resources);
      const method = this.#draw.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', this.#spoiler.text()]);
      const url = this.#draw.pick([
        type,
        `${type}/${rest.id}`,
        `${type}?${this.#query(type)}`,
        `${type}/$validate`,
        this.#spoiler.text(),
      ]);
      const request = {
        method,
        url,
        ...(this.#draw.odds(0.2)
          ? { [this.#draw.pick(['ifMatch', 'ifNoneExist', 'ifNoneMatch', ...NAMES])]: this.#spoiler.text() }
          : {}),
      };
      return {
        fullUrl: this.#draw.pick([undefined, 'urn:uuid:1', 'urn:uuid:2', this.#spoiler.text()]),
        resource: this.#draw.odds(0.8) ? { resourceType: type, ...rest } : undefined,
        request,
      };
    });
    const body = {
      resourceType: 'Bundle',
      type: this.#draw.pick(['transaction', 'batch', 'transaction', 'batch', 'document', this.#spoiler.text()]),
      entry,
    };
    return { method: 'POST', path: '', headers: json(), body: this.#spoiler.spoilt(body) };
  }

  #operation(type: string): Hostile {
    const code = this.#draw.odds(0.85) ? this.#draw.pick(this.#operations) : this.#segment(this.#spoiler.text());
    const where = this.#draw.pick([
      '',
      `${type}/`,
      `${type}/`,
      `${type}/${this.#id()}/`,
      `${type}/${this.#id()}/_history/1/`,
    ]);
    const names = [
      'resource',
      'mode',
      'profile',
      'start',
      'end',
      '_since',
      '_type',
      '_count',
      'meta',
      'max',
      'patient',
      'code',
    ].concat([
      'subject',
      'system',
      'coding',
      'duration',
      'period',
      'statistic',
      'include',
      'limit',
      'asOf',
      'policy',
      'status',
      ...NAMES,
    ]);
    if (this.#draw.odds(0.4)) {
      const query = Array.from(
        { length: this.#draw.int(0, 3) },
        () => `${this.#draw.pick(names)}=${encodeURIComponent(this.#value())}`,
      ).join('&');
      return { method: 'GET', path: `${where}$${code}?${query}`, headers: {} };
    }
    const values = [
      'valueString',
      'valueCode',
      'valueUri',
      'valueDate',
      'valueInteger',
      'valuePeriod',
      'valueMeta',
      'valueCoding',
      'resource',
      'part',
      ...NAMES,
    ];
    const parameter = Array.from({ length: this.#draw.int(0, 4) }, () => ({
      name: this.#draw.pick(names),
      [this.#draw.pick(values)]: this.#spoiler.json(3),
    }));
    const body = this.#draw.odds(0.7) ? { resourceType: 'Parameters', parameter } : this.#draw.pick(this.#resources);
    return { method: 'POST', path: `${where}$${code}`, headers: json(), body: this.#spoiler.spoilt(body) };
  }

  #form(type: string): Hostile {
    const path = this.#draw.pick([`${type}/_search`, '_search', `Patient/${this.#id()}/Observation/_search`]);
    return {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: this.#draw.odds(0.8) ? this.#query(type) : this.#spoiler.text(),
    };
  }

  #anything(type: string): Hostile {
    const parts = Array.from({ length: this.#draw.int(0, 5) }, () =>
      this.#draw.pick([type, this.#id(), this.#segment(this.#spoiler.text()), '_history', '_search', 'metadata', '*']),
    );
    const method = this.#draw.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const);
    // A deletion by chance would take away what the others work on.
    const path = method === 'DELETE' ? `Nothing/${parts.join('/')}` : parts.join('/');
    const bytes = Buffer.from(Array.from({ length: this.#draw.int(0, 59) }, () => this.#draw.int(0, 255)));
    const has = method === 'POST' || method === 'PUT' || method === 'PATCH';
    return {
      method,
      path,
      headers: has ? { 'content-type': this.#draw.pick(TYPES_OF_MEDIA) } : {},
      ...(has ? { body: bytes } : {}),
    };
  }

  #headers(): Record<string, string> {
    const names = [
      'accept',
      'content-type',
      'if-match',
      'if-none-match',
      'if-none-exist',
      'if-modified-since',
      'prefer',
      'accept-language',
    ].concat([
      'content-encoding',
      'accept-encoding',
      'x-security-context',
      'x-request-id',
      'x-forwarded-host',
      'range',
      'authorization',
      'cookie',
      'origin',
    ]);
    const values = [
      ...TYPES_OF_MEDIA,
      'W/"1"',
      'W/"0"',
      '"1"',
      '*',
      'W/"99999999999999999999"',
      'return=minimal',
      'handling=lenient',
      'gzip',
      'br',
      'identity;q=0',
      'fr',
      ';q=',
      'identifier=x|1',
    ];
    return Object.fromEntries(
      Array.from({ length: 1 + this.#draw.int(0, 2) }, () => {
        const text = this.#draw.odds(0.7) ? this.#draw.pick(values) : this.#spoiler.text();
        // What no header can hold, no client can send.
        return [this.#draw.pick(names), text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 2000)];
      }),
    );
  }
}

function json(): Record<string, string> {
  return { 'content-type': 'application/fhir+json' };
}
