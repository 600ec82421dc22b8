// From the fields of an operation to a request, and from an answer to text. No page here: only data.

/** Follows `#/components/…`. */
export function resolve(document, node) {
  if (node?.$ref === undefined) return node;
  return node.$ref
    .slice(2)
    .split('/')
    .reduce((at, part) => at[part], document);
}

/**
 * The request that the values of the fields make.
 * @param values text by parameter name; an empty text is a parameter that is not sent
 */
export function requestOf(operation, values, body) {
  let path = operation.path;
  const query = [];
  const headers = {};
  for (const parameter of operation.parameters) {
    const value = values[parameter.name] ?? '';
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value === '') continue;
    else if (parameter.in === 'header') headers[parameter.name] = value;
    else if (parameter.schema?.type === 'object') query.push(...pairsOf(value));
    else query.push([parameter.name, value]);
  }
  const text = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const sent = body?.text === undefined || body.text === '' ? {} : { body: body.text };
  if (sent.body !== undefined) headers['Content-Type'] = body.type;
  headers.Accept ??= 'application/fhir+json';
  return { url: operation.base + path + (text === '' ? '' : `?${text}`), method: operation.method, headers, ...sent };
}

/** `code=1&date=ge2026` as pairs; what was typed is not encoded yet. */
function pairsOf(text) {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    });
}

/** The same request for a shell. */
export function curlOf({ url, method, headers, body }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

/** Indented without parsing, so that numbers keep their digits. */
export function indented(json) {
  let out = '';
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (token === '}' || token === ']') {
      depth--;
      out = out.endsWith(opened(depth)) ? out.slice(0, -opened(depth).length) : `${out}\n${'  '.repeat(depth)}`;
      out += token;
    } else if (token === '{' || token === '[') out += token + opened(depth++);
    else if (token === ',') out += `,\n${'  '.repeat(depth)}`;
    else out += token === ':' ? ': ' : token;
  }
  return out;
}

function opened(depth) {
  return `\n${'  '.repeat(depth + 1)}`;
}
