import type { KubeObject } from '../../api/meta.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { kubernetesVersion } from '../kubernetes-version.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

/** Three, in three zones: enough for anti-affinity and spreading to mean something. */
const nodeNumbers = [1, 2, 3];
const capacity = { cpu: '1000', memory: '4000Gi', pods: '20000', 'ephemeral-storage': '4000Gi' };

/** The machines of the sandbox, unless somebody has made nodes already. */
export function createNodes(api: WorkloadApi): void {
  if (api.list(workloadResources.nodes).length > 0) return;
  for (const number of nodeNumbers) {
    const name = `sandbox-${number}`;
    const node = api.create<KubeObject>(workloadResources.nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': `zone-${'abc'[number - 1]}`,
        },
      },
      spec: { podCIDR: `10.244.${number}.0/24` },
    });
    api.patch(workloadResources.nodes, node, { status: nodeStatus(api, name, number) }, 'status');
  }
}

function nodeStatus(api: WorkloadApi, name: string, number: number): unknown {
  const at = formatInstant(api.now());
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'the sandbox is always ready',
  };
  return {
    capacity,
    allocatable: capacity,
    conditions: [{ ...ready, lastHeartbeatTime: at, lastTransitionTime: at }],
    addresses: [
      { type: 'InternalIP', address: `10.0.0.${number}` },
      { type: 'Hostname', address: name },
    ],
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      osImage: 'Sluice sandbox',
      kernelVersion: '0',
      containerRuntimeVersion: 'sandbox://1',
      kubeletVersion: kubernetesVersion,
      kubeProxyVersion: kubernetesVersion,
      machineID: name,
      systemUUID: name,
      bootID: name,
    },
  };
}

export function addressOfNode(api: WorkloadApi, name: string): string {
  const status = api.get<KubeObject>(workloadResources.nodes, undefined, name)?.status as
    | { addresses?: { type: string; address: string }[] }
    | undefined;
  return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '10.0.0.254';
}
