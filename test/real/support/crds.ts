import type { Condition, KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { crds } from '../../support/settings.ts';
import { eventually } from './processes.ts';

/**
 * Installs our CRDs and those of the routes, and waits until they serve. A watch that is opened while a real server still
 * sets a new type up may be told nothing for two minutes; on a cluster the CRDs are there long before the operator.
 */
export async function installCrds(
  cluster: Cluster,
  definitions: readonly KubeObject[] = crds(),
): Promise<void> {
  for (const crd of definitions) await cluster.create(crd, resources.customResourceDefinitions);
  await eventually('the CRDs to be established', async () => {
    const { items } = await cluster.list(resources.customResourceDefinitions);
    return items.length >= definitions.length && items.every(isEstablished);
  });
  const names = new Set(definitions.map(({ metadata }) => metadata.name));
  const types = Object.values(resources).filter(({ plural, group }) => names.has(`${plural}.${group}`));
  await eventually('the new types to be served', async () => {
    for (const type of types) {
      await cluster.list(type).catch((error) => {
        throw new Error(`${type.plural}.${type.group}: ${error}`);
      });
    }
    return true;
  });
}

function isEstablished({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: Condition[] };
  return conditions.some((condition) => condition.type === 'Established' && condition.status === 'True');
}
