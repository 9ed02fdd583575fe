import { BlockList, isIP } from 'node:net';
import type { Environment } from './kube-config.ts';

/**
 * The proxy that `HTTPS_PROXY` or `HTTP_PROXY` puts before this server; undefined: none. `NO_PROXY` lists hosts, domains, addresses
 * and networks to reach directly, each with a port if need be; this machine itself always is. In capitals or not.
 * Source: Go's golang.org/x/net/http/httpproxy, which kubectl and the peer follow.
 */
export function envProxy(server: string, environment: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const read = (name: string) => environment[name] || environment[name.toLowerCase()] || '';
  const isHttps = protocol === 'https:';
  const proxy = read(isHttps ? 'HTTPS_PROXY' : 'HTTP_PROXY').trim();
  if (proxy === '') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const target = { host, port: port || (isHttps ? '443' : '80') };
  if (isThisMachine(host)) return undefined;
  if (
    read('NO_PROXY')
      .split(',')
      .some((entry) => covers(entry.trim().toLowerCase(), target))
  )
    return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

interface Target {
  readonly host: string;
  readonly port: string;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function covers(entry: string, { host, port }: Target): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(host, entry);
  const [, name = entry, wantedPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*/, '');
  if (isIP(host) !== 0) return host === bare;
  return host.endsWith(bare.startsWith('.') ? bare : `.${bare}`) || host === bare;
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  if (
    family === 0 ||
    isIP(host) !== family ||
    !/^\d+$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  ) {
    return false;
  }
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), type);
  return list.check(host, type);
}
