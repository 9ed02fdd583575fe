import { type KubeObject, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { Pod, Service } from '../../api/workloads.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import { jsonEqual } from '../json.ts';
import type { Controller } from './controller.ts';
import { isEnding, isFinished, isReady } from './pods.ts';
import { controllerReference, type WorkloadApi, workloadResources } from './workload-api.ts';

const { services, endpointSlices, endpoints } = workloadResources;

/** Keeps an EndpointSlice and an Endpoints object for each Service with a selector. */
export const endpointsController: Controller = {
  name: 'endpoints',
  concerns({ resource, object, previous }, api) {
    if (resource === 'services') return [objectKey(object.metadata.namespace, object.metadata.name)];
    if (resource !== 'pods') return [];
    return [...servicesOf(object, api), ...(previous === undefined ? [] : servicesOf(previous, api))];
  },
  reconcile(namespace, name, api) {
    const service = api.get<Service>(services, namespace, name);
    const selector = service?.spec.selector ?? {};
    if (service === undefined || isEnding(service) || Object.keys(selector).length === 0) return undefined;
    const backends = api.pods
      .withLabels(namespace ?? '', selector)
      .filter((pod) => !isFinished(pod) && pod.status?.podIP !== undefined);
    write(api, endpointSlices, sliceOf(service, backends), ['endpoints', 'ports']);
    write(api, endpoints, endpointsOf(service, backends), ['subsets']);
    return undefined;
  },
};

function servicesOf({ metadata }: KubeObject, api: WorkloadApi): ObjectKey[] {
  return api
    .list<Service>(services, metadata.namespace)
    .filter(({ spec }) => {
      const selector = Object.entries(spec.selector ?? {});
      return selector.length > 0 && selector.every(([label, value]) => metadata.labels?.[label] === value);
    })
    .map((service) => objectKey(service.metadata.namespace, service.metadata.name));
}

/** When that changed which the endpoints follow: proxies measure by it how late they are. */
const changedAtKey = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Creates the object, or corrects the members that matter when they differ. */
function write(
  api: WorkloadApi,
  type: typeof endpointSlices | typeof endpoints,
  wanted: KubeObject,
  members: readonly string[],
): void {
  const live = api.get<KubeObject>(type, wanted.metadata.namespace, wanted.metadata.name);
  const annotations = { [changedAtKey]: formatInstant(api.now()) };
  if (live === undefined) {
    return void api.create(type, { ...wanted, metadata: { ...wanted.metadata, annotations } });
  }
  const read = (object: KubeObject, member: string) =>
    (object as unknown as Record<string, unknown>)[member] ?? [];
  const changed = members.filter((member) => !jsonEqual(read(live, member), read(wanted, member)));
  if (changed.length === 0) return;
  const corrected = Object.fromEntries(changed.map((member) => [member, read(wanted, member)]));
  api.patch(type, live, { metadata: { annotations }, ...corrected });
}

function reference({ metadata }: Pod): unknown {
  return { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
}

function sliceOf(service: Service, backends: readonly Pod[]): KubeObject {
  const { name, namespace } = service.metadata;
  const publishAll = service.spec['publishNotReadyAddresses'] === true;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${suffixOf(service)}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [controllerReference(services, service)],
    },
    addressType: 'IPv4',
    endpoints: backends.map((pod) => ({
      addresses: [pod.status?.podIP],
      conditions: {
        ready: publishAll || (isReady(pod) && !isEnding(pod)),
        serving: isReady(pod),
        terminating: isEnding(pod),
      },
      nodeName: pod.spec?.['nodeName'],
      targetRef: reference(pod),
    })),
    ports: portsOf(service, backends).map(({ protocol, ...port }) => ({ ...port, protocol })),
  } as KubeObject;
}

/** One slice is enough here; its name is made as the real controller's names look. */
function suffixOf({ metadata }: Service): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let number = fnv1a32(metadata.uid ?? metadata.name);
  return Array.from({ length: 5 }, () => {
    const letter = alphabet[number % alphabet.length];
    number = Math.floor(number / alphabet.length);
    return letter;
  }).join('');
}

function endpointsOf(service: Service, backends: readonly Pod[]): KubeObject {
  const { name, namespace } = service.metadata;
  const publishAll = service.spec['publishNotReadyAddresses'] === true;
  const isUp = (pod: Pod) => publishAll || (isReady(pod) && !isEnding(pod));
  const address = (pod: Pod) => ({
    ip: pod.status?.podIP,
    nodeName: pod.spec?.['nodeName'],
    targetRef: reference(pod),
  });
  const living = backends.filter((pod) => publishAll || !isEnding(pod));
  const ready = living.filter(isUp).map(address);
  const notReady = living.filter((pod) => !isUp(pod)).map(address);
  const subset = {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ports: portsOf(service, backends),
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: service.metadata.labels ?? {},
    },
    ...(living.length === 0 ? {} : { subsets: [subset] }),
  } as KubeObject;
}

function portsOf(
  service: Service,
  backends: readonly Pod[],
): { name?: string; port: number; protocol: string }[] {
  return (service.spec.ports ?? []).flatMap(({ name, port, targetPort = port, protocol = 'TCP' }) => {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(targetPort, backends);
    if (number === undefined) return [];
    return [{ ...(name === undefined ? {} : { name }), port: number, protocol }];
  });
}

function namedPort(name: string, backends: readonly Pod[]): number | undefined {
  const numeric = Number(name);
  if (Number.isInteger(numeric)) return numeric;
  return backends
    .flatMap(({ spec }) => spec?.containers ?? [])
    .flatMap(({ ports }) => ports ?? [])
    .find((port) => port.name === name)?.containerPort;
}
