import { problem } from '../problem.ts';
import type { GoValue } from '../values.ts';
import { exactly, type FunctionTable, map, ofTexts, text } from './function.ts';

/** sprig's functions of URLs (https://masterminds.github.io/sprig/url.html), by RFC 3986 as Go reads it. */
export const urls: FunctionTable = {
  urlParse: ofTexts(1, (of) => new Map<string, GoValue>(Object.entries(parsed(of)))),
  urlJoin: exactly(1, ([of]) => joined(map(of))),
};

const form =
  /^(?:(?<scheme>[a-z][a-z0-9+.-]*):)?(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/is;

function parsed(url: string) {
  const { scheme = '', authority = '', path = '', query = '', fragment = '' } = form.exec(url)?.groups ?? {};
  const isFirstOdd = scheme === '' && !path.startsWith('/') && /^[^/]*:/.test(path);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (isFirstOdd || /[\x00-\x1f\x7f]/.test(url)) throw problem(`unable to parse url: ${JSON.stringify(url)}`);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const port = /:[^\]:]*$/.exec(host)?.[0] ?? '';
  if (!/^(:\d*)?$/.test(port)) throw problem(`unable to parse url: invalid port ${JSON.stringify(port)}`);
  const isOpaque = scheme !== '' && !url.slice(scheme.length + 1).startsWith('/') && path !== '';
  return {
    scheme: scheme.toLowerCase(),
    host: decoded(host),
    hostname: decoded(host.slice(0, host.length - port.length)).replace(/^\[|\]$/g, ''),
    path: isOpaque ? '' : decoded(path),
    query,
    opaque: isOpaque ? path : '',
    fragment: decoded(fragment),
    userinfo: at === -1 ? '' : user(authority.slice(0, at)),
  };
}

/** Name and password, each encoded anew. */
function user(info: string): string {
  const [, name = '', password] = /^([^:]*)(?::(.*))?$/s.exec(info) ?? [];
  const parts = password === undefined ? [name] : [name, password];
  return parts.map((part) => encoded(decoded(part), /[$&+,;=]/)).join(':');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw problem(`unable to parse url: invalid URL escape in ${JSON.stringify(part)}`);
  }
}

function joined(parts: ReadonlyMap<string, GoValue>): string {
  const part = (name: string) => text(parts.get(name) ?? '');
  const [scheme, host, userinfo, path] = ['scheme', 'host', 'userinfo', 'path'].map(part) as [
    string,
    string,
    string,
    string,
  ];
  const before = scheme === '' ? '' : `${scheme}:`;
  const query = part('query') === '' ? '' : `?${part('query')}`;
  const fragment = part('fragment') === '' ? '' : `#${encoded(part('fragment'), /[!()*?/$&+,:;=@]/)}`;
  if (part('opaque') !== '') return `${before}${part('opaque')}${query}${fragment}`;
  const hasAuthority =
    (scheme !== '' || host !== '' || userinfo !== '') && (host !== '' || path !== '' || userinfo !== '');
  const login = userinfo === '' ? '' : `${user(userinfo)}@`;
  // a path must be no host, and its first segment no scheme (RFC 3986 §4.2)
  const slash = path !== '' && !path.startsWith('/') && host !== '' ? '/' : '';
  const dot = before === '' && !hasAuthority && /^[^/]*:/.test(path) ? './' : '';
  return `${before}${hasAuthority ? '//' : ''}${login}${host}${slash}${dot}${encoded(path, /[/$&+,:;=@]/)}${query}${fragment}`;
}

/** Percent-encoded, but for letters, digits, `-_.~` and what is allowed. */
function encoded(part: string, allowed: RegExp): string {
  return [...part]
    .map((character) => {
      if (/[\w.~-]/.test(character) || allowed.test(character)) return character;
      return [...new TextEncoder().encode(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join('');
    })
    .join('');
}
