import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeConfigSource, readKubeConfig } from '../../src/shell/kube-client/kube-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-'));
const file = join(folder, 'config');
const ca = Buffer.from('authority of a').toString('base64');
writeFileSync(
  file,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [
      { name: 'a', cluster: { server: 'https://a', 'certificate-authority-data': ca } },
      { name: 'b', cluster: { server: 'https://b' } },
    ],
    users: [
      { name: 'ann', user: { token: 'of-ann' } },
      { name: 'bob', user: { exec: { command: '/none', apiVersion: 'client.authentication.k8s.io/v1' } } },
    ],
    contexts: [
      { name: 'one', context: { cluster: 'a', user: 'ann', namespace: 'web' } },
      { name: 'two', context: { cluster: 'a', user: 'bob' } },
    ],
  }),
);
writeFileSync(join(folder, 'ca.pem'), 'another authority');
writeFileSync(join(folder, 'me.pem'), 'my certificate');
writeFileSync(join(folder, 'me.key'), 'my key');
afterAll(() => rmSync(folder, { recursive: true }));

async function identityOf(source: KubeConfigSource) {
  const context = readKubeConfig({ file, ...source });
  const { headers, tls } = await context.credentials();
  const texts = Object.entries(tls).map(([name, value]) => [
    name,
    Buffer.isBuffer(value) ? `${value}` : value,
  ]);
  return { server: context.server, headers, tls: Object.fromEntries(texts) as Record<string, unknown> };
}

describe('a setting of the source stands in for that of the context', () => {
  const usual = {
    server: 'https://a',
    headers: { authorization: 'Bearer of-ann' },
    tls: { ca: 'authority of a' },
  };

  test.each<[KubeConfigSource, object]>([
    [{}, usual],
    [{ server: 'https://c/' }, { ...usual, server: 'https://c' }],
    [{ cluster: 'b' }, { ...usual, server: 'https://b', tls: {} }],
    [{ token: 'mine' }, { ...usual, headers: { authorization: 'Bearer mine' } }],
    [
      { context: 'two', token: 'mine' },
      { ...usual, headers: { authorization: 'Bearer mine' } },
    ],
    [{ context: 'two', user: 'ann' }, usual],
    [{ certificateAuthority: join(folder, 'ca.pem') }, { ...usual, tls: { ca: 'another authority' } }],
    [{ tlsServerName: 'name' }, { ...usual, tls: { ca: 'authority of a', servername: 'name' } }],
    [{ skipTlsVerify: true }, { ...usual, tls: { rejectUnauthorized: false } }],
    [
      { clientCertificate: join(folder, 'me.pem'), clientKey: join(folder, 'me.key') },
      { ...usual, tls: { ca: 'authority of a', cert: 'my certificate', key: 'my key' } },
    ],
    [
      { impersonate: { user: 'carl', groups: ['dev', 'ops'], uid: '7' } },
      {
        ...usual,
        headers: {
          authorization: 'Bearer of-ann',
          'impersonate-user': 'carl',
          'impersonate-group': ['dev', 'ops'],
          'impersonate-uid': '7',
        },
      },
    ],
  ])('%j', async (source, identity) => {
    expect(await identityOf(source)).toEqual(identity);
  });

  test.each([
    [{ cluster: 'x' }, 'it has no cluster "x"'],
    [{ user: 'x' }, 'it has no user "x"'],
    [{ context: 'x' }, 'has no context "x"'],
  ])('%j is refused by name', (source, message) => {
    expect(() => readKubeConfig({ file, ...source })).toThrow(message);
  });
});
