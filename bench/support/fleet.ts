import { instanceIdLabel } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { type Cluster, servedAs } from '../../src/ports/cluster.ts';
import { sleep } from './figures.ts';

/** The release that fleets are measured by, as in the budget of requests. */
const steps: readonly CanaryStep[] = [{ setWeight: 50 }, { pause: { duration: '1s' } }, { setWeight: 100 }];
/** Requests of this benchmark under way at the same time. */
const atOnce = 20;

export interface Fleet {
  readonly cluster: Cluster;
  /** Also the instance id of the controller that is measured: another one on the cluster leaves the fleet alone. */
  readonly namespace: string;
  readonly size: number;
}

/** Makes the Rollouts, each with its Services and its VirtualService; waits for nothing. The first `existing` are there. */
export async function createFleet({ cluster, namespace, size }: Fleet, existing = 0): Promise<void> {
  await inTurns(size - existing, async (offset) => {
    const index = existing + offset;
    for (const [object, type] of partsOf(`fleet-${index}`, namespace)) {
      const apiVersion = apiVersionOf(await servedAs(cluster, type));
      await cluster.create({ ...object, apiVersion }, type);
    }
  });
}

/** A new version for all of them at once. */
export async function releaseFleet({ cluster, namespace, size }: Fleet, version: string): Promise<void> {
  const body = { spec: { template: { metadata: { annotations: { version } } } } };
  await inTurns(size, async (index) => {
    await cluster.patch(
      { type: resources.rollouts, namespace, name: `fleet-${index}` },
      { kind: 'merge', body },
    );
  });
}

/** Seconds until every one of them is Healthy with what is asked for now. */
export async function fleetHealthy(
  { cluster, namespace, size }: Fleet,
  timeoutSeconds: number,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const { items } = await cluster.list(resources.rollouts, { namespace });
    const seconds = (performance.now() - startedAt) / 1000;
    if (items.length === size && items.every((each) => isHealthy(each as Rollout))) return seconds;
    if (seconds > timeoutSeconds) throw new Error(`not all Rollouts are healthy after ${timeoutSeconds} s`);
    await sleep(500);
  }
}

function isHealthy({ status, metadata }: Rollout): boolean {
  return (
    status?.phase === 'Healthy' &&
    status.observedGeneration === String(metadata.generation) &&
    status.currentPodHash === status.stableRS
  );
}

async function inTurns(count: number, act: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - from) }, (_, offset) => from + offset);
    await Promise.all(indexes.map(act));
  }
}

function partsOf(name: string, namespace: string): (readonly [KubeObject, ResourceType])[] {
  const labels = { app: name };
  const host = (role: string) => ({ destination: { host: `${name}-${role}` } });
  const service = (role: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-${role}`, namespace },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const virtualService: KubeObject = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace },
    spec: {
      hosts: [name],
      http: [
        {
          name: 'primary',
          route: [
            { ...host('stable'), weight: 100 },
            { ...host('canary'), weight: 0 },
          ],
        },
      ],
    },
  };
  const rollout: KubeObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace, labels: { [instanceIdLabel]: namespace } },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'shop:v1' }] } },
      strategy: {
        canary: {
          stableService: `${name}-stable`,
          canaryService: `${name}-canary`,
          trafficRouting: { istio: { virtualService: { name, routes: ['primary'] } } },
          steps,
        },
      },
    },
  };
  return [
    [service('stable'), resources.services],
    [service('canary'), resources.services],
    [virtualService, resources.virtualServices],
    [rollout, resources.rollouts],
  ];
}
