/**
 * A URL as Go reads it (net/url, `ParseRequestURI`): an absolute one, or a path. Unlike the URLs of browsers it keeps what is
 * written, and hosts may be any name.
 */
export class GoUrl {
  readonly text: string;
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  readonly escapedPath: string;
  readonly query: Readonly<Record<string, readonly string[]>>;

  /** @throws when it is no URL, in the words of the API server. */
  constructor(text: string) {
    const fault = urlFault(text);
    if (fault !== undefined)
      throw new Error(
        `URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${fault}`,
      );
    const { scheme, authority, path, query } = partsOf(text.replace(/#.*$/s, ''));
    this.text = text;
    this.scheme = scheme.toLowerCase();
    this.host = decoded(authority?.replace(/^.*@/s, '') ?? '');
    this.escapedPath = path.startsWith('/') || path === '*' ? escaped(path) : '';
    this.query = queryOf(query);
  }

  get hostname(): string {
    return /^\[(.*)\]/.exec(this.host)?.[1] ?? this.host.replace(/:[^:]*$/, '');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[.*\]/, ''))?.[1] ?? '';
  }
}

export const isUrl = (text: string): boolean => urlFault(text) === undefined;

interface Parts {
  readonly scheme: string;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string;
}

function partsOf(text: string): Parts {
  const [, scheme = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):)?(.*)$/is.exec(text) ?? [];
  const [, before = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(rest) ?? [];
  const found = scheme === '' ? null : /^\/\/([^/]*)(.*)$/s.exec(before);
  return found === null
    ? { scheme, authority: undefined, path: before, query }
    : { scheme, authority: found[1] ?? '', path: found[2] ?? '', query };
}

function urlFault(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  if (text === '') return 'empty url';
  if (text === '*') return undefined;
  if (text.startsWith(':')) return 'missing protocol scheme';
  const { scheme, authority, path } = partsOf(text);
  if (authority === undefined && !path.startsWith('/'))
    return scheme === '' ? 'invalid URI for request' : undefined;
  return (authority === undefined ? undefined : authorityFault(authority)) ?? escapeFault(path);
}

function authorityFault(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at)))
    return 'net/url: invalid userinfo';
  const host = authority.slice(at + 1);
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  const port = host.startsWith('[') ? host.replace(/^.*\]/s, '') : (/:[^:]*$/s.exec(host)?.[0] ?? '');
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const fault = escapeFault(host);
  if (fault !== undefined) return fault;
  const stray = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host)?.[0];
  return stray === undefined ? undefined : `invalid character ${JSON.stringify(stray)} in host name`;
}

function escapeFault(text: string): string | undefined {
  const found = /%(?![0-9a-f]{2}).{0,2}/is.exec(text)?.[0];
  return found === undefined ? undefined : `invalid URL escape ${JSON.stringify(found)}`;
}

/** A path as it is written, if it may be; or else with everything escaped that Go escapes. */
function escaped(path: string): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@/[\]%]*$/.test(path)) return path;
  return decoded(path).replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function queryOf(query: string): Readonly<Record<string, readonly string[]>> {
  const result: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    result[name] ??= [];
    result[name].push(value);
  }
  return result;
}
