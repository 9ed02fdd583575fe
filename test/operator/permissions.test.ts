import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import { inNamespaces, ownPermissions, permissions, rulesOf } from '../../src/operator/permissions.ts';

/** Names of `resources` that the code of a running controller mentions. */
function mentioned(): ReadonlySet<string> {
  const folders = ['shell', 'routers', 'metrics', 'operator', 'core'].map((name) => join('src', name));
  const names = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('permissions.ts'))
      .filter((path) => !path.startsWith('kube-client')) // carries requests, makes none of its own
      .flatMap((path) => [...readFileSync(join(folder, path), 'utf8').matchAll(/\bresources\.(\w+)/g)])
      .map((match) => match[1] as string),
  );
  return new Set(names);
}

describe('the rights of the controller', () => {
  test('are there for every resource that its code names, and for no other', () => {
    const known = new Map<string, ResourceType>(Object.entries(resources));
    const used = [...mentioned()].map((name) => known.get(name)).filter((type) => type !== undefined);
    const granted = new Set(
      [...permissions, ...ownPermissions].map(({ type }) => `${type.plural}.${type.group}`),
    );
    const ids = new Set(used.map(({ plural, group }) => `${plural}.${group}`));
    expect([...granted].sort()).toEqual([...ids].sort());
  });

  test('are never all of something', () => {
    expect(JSON.stringify(rulesOf(permissions))).not.toContain('*');
  });

  test('reach into every group that a type has been in', () => {
    const traefik = rulesOf(permissions).find((rule) => rule.resources.includes('traefikservices'));
    expect(traefik?.apiGroups).toEqual(['traefik.io', 'traefik.containo.us']);
  });

  test('of a Role leave out what no namespace has', () => {
    const ofRole = rulesOf(inNamespaces(permissions)).flatMap((rule) => rule.resources);
    expect(ofRole).toContain('analysistemplates');
    expect(ofRole).not.toContain('clusteranalysistemplates');
  });

  test('let nobody read Secrets wholesale', () => {
    const ofSecrets = permissions.filter(({ type }) => type.plural === 'secrets');
    expect(ofSecrets.flatMap(({ verbs }) => verbs)).toEqual(['get']);
  });
});
