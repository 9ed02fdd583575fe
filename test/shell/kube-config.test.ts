import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '../../src/kernel/instant.ts';
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
  const { headers, tls } = await context.credentials(instant(0));
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
    [{ context: 'x' }, 'has no context "x". It has one, two.'],
    [{ context: 'tow' }, 'has no context "tow". Did you mean "two"?'],
    [{ context: 'one ' }, 'has no context "one ". Did you mean "one"?'],
    [{ server: 'cluster:6443' }, 'must be a URL such as https://HOST:6443, not "cluster:6443"'],
  ])('%j is refused by name', (source, message) => {
    expect(() => readKubeConfig({ file, ...source })).toThrow(message);
  });
});

describe('where it is looked for', () => {
  const write = (name: string, config: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  const other = write('other', {
    'current-context': 'two',
    clusters: [{ name: 'a', cluster: { server: 'https://other-a' } }],
    users: [{ name: 'cat', user: { token: 'of-cat' } }],
    contexts: [
      { name: 'one', context: { cluster: 'b', user: 'bob' } },
      { name: 'three', context: { cluster: 'b', user: 'cat' } },
    ],
  });
  const missing = join(folder, 'missing');

  test('what the first file of KUBECONFIG says stands, its current context too; missing files are skipped', async () => {
    const KUBECONFIG = [missing, file, other].join(':');
    expect(readKubeConfig({}, { environment: { KUBECONFIG } })).toMatchObject({
      context: 'one',
      server: 'https://a',
    });
    const third = readKubeConfig({ context: 'three' }, { environment: { KUBECONFIG } });
    expect(third.server).toBe('https://b');
    expect((await third.credentials(instant(0))).headers).toEqual({ authorization: 'Bearer of-cat' });
  });

  test('files that are all missing are named', () => {
    expect(() => readKubeConfig({}, { environment: { KUBECONFIG: missing } })).toThrow(
      `KUBECONFIG names ${missing}, which is not there`,
    );
  });

  test('one that is no YAML is named', () => {
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'a: [');
    expect(() => readKubeConfig({ file: broken })).toThrow(`${broken}: `);
  });

  test('HTTPS_PROXY holds where the cluster has no proxy of its own', () => {
    const environment = { HTTPS_PROXY: 'http://proxy' };
    expect(readKubeConfig({ file }, { environment }).proxyUrl).toBe('http://proxy');
  });
});

describe('a user', () => {
  const asked = async (user: object, hasPerson = false, now = 0) => {
    const path = join(folder, 'of-user');
    writeFileSync(
      path,
      JSON.stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: 'https://c' } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const { PATH } = process.env;
    const context = readKubeConfig({ file: path }, { environment: { PATH, FROM_US: 'yes' }, hasPerson });
    return context.credentials(instant(now));
  };
  const plugin = (script: string, more: object = {}) => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], ...more },
  });
  const prints = (status: object) => plugin(`echo '${JSON.stringify({ status })}'`);

  test.each([
    ['gcp', 'gke-gcloud-auth-plugin'],
    ['azure', 'kubelogin'],
    ['openstack', 'a credential plugin'],
  ])('with the auth-provider %s is told what took its place', async (name, plugin) => {
    const user = { 'auth-provider': { name, config: { 'access-token': 'x' } } };
    await expect(asked(user)).rejects.toThrow(
      new RegExp(
        `users\\[u\\]\\.user\\.auth-provider\\.name "${name}" is not supported.*user\\.exec.*${plugin}`,
      ),
    );
  });

  test('in a pod is its service account, which is no auth-provider of a kubeconfig', () => {
    const before = { ...process.env };
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' });
    try {
      const { server } = readKubeConfig({ inCluster: true });
      expect(server).toBe('https://10.0.0.1:443');
    } finally {
      process.env = before;
    }
  });

  const idToken = (exp: number) =>
    ['{"alg":"none"}', JSON.stringify({ exp }), 'x']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');

  test('with the auth-provider oidc sends its id-token, and is nobody in silence without one that is valid', async () => {
    const user = (config?: object) => ({ 'auth-provider': { name: 'oidc', ...(config && { config }) } });
    const valid = idToken(4_000_000_000);
    expect((await asked(user({ 'id-token': valid }))).headers).toEqual({ authorization: `Bearer ${valid}` });
    for (const config of [undefined, {}, { 'id-token': idToken(1) }]) {
      await expect(asked(user(config))).rejects.toThrow(
        /users\[u\]\.user\.auth-provider has no id-token that is valid now/,
      );
    }
  });

  test('with a token file is asked for it anew each time', async () => {
    writeFileSync(join(folder, 'token'), 'first\n');
    expect((await asked({ tokenFile: 'token' })).headers).toEqual({ authorization: 'Bearer first' });
    await expect(asked({ tokenFile: 'gone' })).rejects.toThrow('The token file cannot be read');
  });

  test('that acts as another one does so with the groups', async () => {
    const user = { token: 't', as: 'carl', 'as-groups': ['ops'], 'as-uid': '7' };
    expect((await asked(user)).headers).toEqual({
      authorization: 'Bearer t',
      'impersonate-user': 'carl',
      'impersonate-group': ['ops'],
      'impersonate-uid': '7',
    });
  });

  test('with a credential plugin gets its token or its certificate', async () => {
    expect((await asked(prints({ token: 'of-plugin' }))).headers).toEqual({
      authorization: 'Bearer of-plugin',
    });
    const tls = { clientCertificateData: 'certificate', clientKeyData: 'key' };
    expect((await asked(prints(tls))).tls).toMatchObject({ cert: 'certificate', key: 'key' });
  });

  test('the plugin is told what kubectl tells it', async () => {
    const tell = plugin(
      `printf '{"status":{"token":"%s %s %s"}}' "$FROM_US" "$MORE" "$(echo "$KUBERNETES_EXEC_INFO" | tr '"' "'")"`,
      {
        env: [{ name: 'MORE', value: 'more' }],
        provideClusterInfo: true,
      },
    );
    expect((await asked(tell)).headers.authorization).toBe(
      "Bearer yes more {'apiVersion':'client.authentication.k8s.io/v1','kind':'ExecCredential','spec':{'interactive':false,'cluster':{'server':'https://c','insecure-skip-tls-verify':false}}}",
    );
  });

  test.each([
    [
      plugin('exit 3', { installHint: 'Get it there.' }),
      'The credential plugin sh ended with exit code 3.\nGet it there.',
    ],
    [plugin('echo secret'), 'printed something else than an ExecCredential in JSON'],
    [prints({}), 'printed neither a token nor a certificate'],
    [plugin('', { interactiveMode: 'Always' }), 'needs a terminal'],
    [{ token: 't', 'as-groups': ['ops'] }, 'has as-groups without as'],
    [{ token: 't', 'as-uid': '7' }, 'has as-uid without as'],
    [{ exec: { command: '/none' } }, 'The credential plugin /none cannot be run: spawn /none ENOENT'],
  ])('%j is refused by name', async (user, message) => {
    await expect(asked(user)).rejects.toThrow(message);
  });

  test('the plugin lies beside the kubeconfig when it is written as a path, and is run anew only after its token', async () => {
    writeFileSync(
      join(folder, 'plugin.sh'),
      `#!/bin/sh\ncd '${folder}' && echo x >> runs && echo "{\\"status\\":{\\"token\\":\\"$(wc -l < runs | tr -d ' ')\\",\\"expirationTimestamp\\":\\"2026-01-01T00:00:00Z\\"}}"`,
      { mode: 0o755 },
    );
    const path = join(folder, 'beside');
    const text = JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: 'https://c' } }],
      users: [{ name: 'u', user: { exec: { command: './plugin.sh' } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    });
    writeFileSync(path, text);
    const context = readKubeConfig({ file: path }, { environment: { PATH: process.env.PATH } });
    const tokenAt = async (time: string) =>
      (await context.credentials(instant(Date.parse(time)))).headers.authorization;
    expect(await tokenAt('2025-12-31T23:00:00Z')).toBe('Bearer 1');
    expect(await tokenAt('2025-12-31T23:59:59Z')).toBe('Bearer 1');
    expect(await tokenAt('2026-01-01T00:00:00Z')).toBe('Bearer 2');
  });
});
