// The page: every operation of /openapi.json with its fields and a button. What the server answers is set as text, never as
// HTML.
import { curlOf, indented, requestOf, resolve } from './request.js';

const FRENCH = navigator.language.startsWith('fr');
const SAY = FRENCH
  ? { filter: 'Filtrer : chemin ou mots', send: 'Envoyer', body: 'Corps', required: 'obligatoire', failed: 'Échec' }
  : { filter: 'Filter: path or words', send: 'Send', body: 'Body', required: 'required', failed: 'Failed' };
const SHOWN_CHARACTERS = 200_000;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const answer = await fetch('/openapi.json');
const api = await answer.json();
document.documentElement.lang = answer.headers.get('content-language') ?? 'en';
const byId = (id) => document.getElementById(id);
byId('version').textContent = api.info.version;
byId('summary').textContent = api.info.summary;
byId('base').textContent = api.servers[0].url;
// The page speaks to the server that it came from, whatever name a proxy gives it.
const base = new URL(api.servers[0].url).pathname;
byId('metadata').href = `${base}/metadata`;

const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    ...operation,
    path,
    base: location.origin + base,
    method: method.toUpperCase(),
    parameters: (operation.parameters ?? []).map((p) => resolve(api, p)),
  })),
);

function fieldOf(parameter, id) {
  const schema = resolve(api, parameter.schema) ?? {};
  const choices = schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : undefined);
  const input =
    choices === undefined || choices.length > 30
      ? element('input', { id, placeholder: String(parameter.example ?? '') })
      : element('select', { id }, ...['', ...choices].map((c) => element('option', { textContent: c })));
  if (choices !== undefined && choices.length > 30) {
    input.setAttribute('list', `${id}-choices`);
    input.value = parameter.name === 'type' ? 'Patient' : '';
  }
  const list =
    input.hasAttribute('list') && element('datalist', { id: `${id}-choices` }, ...choices.map((c) => new Option(c)));
  const name = `${parameter.name}${parameter.required ? ` (${SAY.required})` : ''}`;
  const field = element('div', { className: 'field' }, element('label', { htmlFor: id, textContent: name }), input);
  if (list) field.append(list);
  field.append(element('small', { textContent: parameter.description ?? '' }));
  return { name: parameter.name, field, input };
}

function bodyOf(operation, id) {
  const content = operation.requestBody?.content;
  if (content === undefined) return undefined;
  const [type, { example }] = Object.entries(content)[0];
  const types = Object.keys(content).filter((t) => t !== '*/*');
  const choice = element('select', { id: `${id}-type` }, ...types.map((t) => new Option(t)));
  choice.value = type;
  const text = element('textarea', {
    id: `${id}-body`,
    spellcheck: false,
    value: example === undefined ? '' : JSON.stringify(example, null, 2),
  });
  const label = element('label', { htmlFor: text.id, textContent: SAY.body });
  const note = element('p', { className: 'soft', textContent: operation.requestBody.description ?? '' });
  choice.ariaLabel = 'Content-Type';
  return { choice, text, element: element('div', {}, label, ' ', choice, note, text) };
}

function fill(inside, operation) {
  const id = operation.operationId;
  const fields = operation.parameters.map((p, i) => fieldOf(p, `${id}-${i}`));
  const body = bodyOf(operation, id);
  const result = element('div', { ariaLive: 'polite' });
  const button = element('button', { type: 'button', textContent: SAY.send });
  button.addEventListener('click', async () => {
    const values = Object.fromEntries(fields.map(({ name, input }) => [name, input.value.trim()]));
    const request = requestOf(operation, values, body && { type: body.choice.value, text: body.text.value });
    button.disabled = true;
    result.replaceChildren(element('pre', { textContent: curlOf(request) }), await shown(request));
    button.disabled = false;
  });
  const docs = operation.externalDocs;
  inside.append(
    element('p', { textContent: operation.description ?? '' }),
    ...(docs === undefined
      ? []
      : [element('p', {}, element('a', { href: docs.url, textContent: docs.url, rel: 'noreferrer' }))]),
    ...fields.map((f) => f.field),
    ...(body === undefined ? [] : [body.element]),
    button,
    result,
  );
}

async function shown(request) {
  try {
    const started = performance.now();
    const response = await fetch(request.url, request);
    const text = await response.text();
    const time = Math.round(performance.now() - started);
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const json =
      /json/.test(response.headers.get('content-type') ?? '') && !/ndjson/.test(response.headers.get('content-type'));
    const cut = (json ? indented(text) : text).slice(0, SHOWN_CHARACTERS);
    const line = `${response.status} ${response.statusText} · ${time} ms · ${text.length} characters`;
    return element('pre', { textContent: `${line}\n${headers}\n\n${cut}` });
  } catch (error) {
    return element('pre', { textContent: `${SAY.failed}: ${error.message}` });
  }
}

const rows = operations.map((operation) => {
  const method = operation.method.toLowerCase();
  const inside = element('div', { className: 'inside' });
  const row = element(
    'details',
    { id: operation.operationId },
    element(
      'summary',
      {},
      element('span', { className: `method ${method}`, textContent: operation.method }),
      element('span', { className: 'path', textContent: operation.path }),
      element('span', { className: 'soft', textContent: operation.summary }),
    ),
    inside,
  );
  row.addEventListener('toggle', () => {
    if (row.open && inside.childElementCount === 0) fill(inside, operation);
  });
  return { row, tag: operation.tags[0], words: `${method} ${operation.path} ${operation.summary}`.toLowerCase() };
});

const groups = api.tags.map((tag) => {
  const own = rows.filter((r) => r.tag === tag.name);
  const section = element('section', {}, element('h2', { textContent: tag.description }), ...own.map((r) => r.row));
  return { section, own };
});
byId('list').append(...groups.map((g) => g.section));

const filter = byId('filter');
filter.placeholder = SAY.filter;
filter.ariaLabel = SAY.filter;
filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const { row, words: own } of rows) row.hidden = !words.every((w) => own.includes(w));
  for (const { section, own } of groups) section.hidden = own.every((r) => r.row.hidden);
});
if (location.hash.length > 1) byId(location.hash.slice(1))?.setAttribute('open', '');
