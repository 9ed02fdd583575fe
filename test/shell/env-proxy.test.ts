import { envProxy } from '../../src/shell/kube-client/env-proxy.ts';

const HTTPS_PROXY = 'http://proxy:3128';

describe('the proxy of the environment', () => {
  test.each<[server: string, environment: Record<string, string>, proxy: string | undefined]>([
    ['https://cluster:6443', {}, undefined],
    ['https://cluster:6443', { HTTPS_PROXY }, 'http://proxy:3128'],
    ['https://cluster:6443', { https_proxy: 'proxy:3128' }, 'http://proxy:3128'],
    ['https://cluster:6443', { HTTP_PROXY: 'http://other' }, undefined],
    ['http://cluster', { HTTP_PROXY: 'http://other', HTTPS_PROXY }, 'http://other'],
    ['https://localhost:6443', { HTTPS_PROXY }, undefined],
    ['https://127.0.0.1:6443', { HTTPS_PROXY }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY }, undefined],
  ])('of %s with %j is %s', (server, environment, proxy) => {
    expect(envProxy(server, environment)).toBe(proxy);
  });

  test.each<[noProxy: string, server: string, isDirect: boolean]>([
    ['*', 'https://cluster', true],
    ['cluster', 'https://cluster:6443', true],
    ['cluster:443', 'https://cluster:6443', false],
    ['cluster:6443', 'https://cluster:6443', true],
    ['Example.com', 'https://api.example.COM', true],
    ['example.com', 'https://badexample.com', false],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://a.example.com', true],
    ['10.0.0.0/8,.svc', 'https://10.96.0.1', true],
    ['10.0.0.0/8, .svc', 'https://kubernetes.default.svc', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.0.0.0/99', 'https://10.0.0.1', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['10.96.0.1', 'https://10.96.0.1', true],
    ['0.1', 'https://10.96.0.1', false],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    [',', 'https://cluster', false],
  ])('NO_PROXY=%s reaches %s directly: %s', (noProxy, server, isDirect) => {
    expect(envProxy(server, { HTTPS_PROXY, no_proxy: noProxy })).toBe(isDirect ? undefined : HTTPS_PROXY);
  });
});
