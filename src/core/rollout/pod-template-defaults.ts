import type { Container, PodTemplateSpec } from '../../api/workloads.ts';

type Json = Record<string, unknown>;

/** What the API server fills into a pod template that leaves it out (k8s.io/kubernetes, pkg/apis/core/v1/defaults.go). */
export function withDefaults(template: PodTemplateSpec): PodTemplateSpec {
  const spec = template.spec ?? { containers: [] };
  const containers = (list: readonly Container[] | undefined) => list?.map(containerWithDefaults);
  return {
    ...template,
    spec: {
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      securityContext: {},
      ...withoutNulls(spec),
      containers: containers(spec.containers) ?? [],
      ...(spec.initContainers && { initContainers: containers(spec.initContainers) }),
      ...(Array.isArray(spec['volumes']) && { volumes: spec['volumes'].map(volumeWithDefaults) }),
    },
  };
}

function containerWithDefaults(container: Container): Container {
  const given = withoutNulls(container) as Container;
  const probes = Object.fromEntries(
    (['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      .filter((name) => given[name] !== undefined)
      .map((name) => [name, probeWithDefaults(given[name] as Json)]),
  );
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullsAlways(given.image) ? 'Always' : 'IfNotPresent',
    ...given,
    ...probes,
    ...(given.ports && { ports: given.ports.map((port) => ({ protocol: 'TCP', ...port })) }),
    ...(Array.isArray(given['env']) && { env: given['env'].map(variableWithDefaults) }),
    resources: resourcesWithDefaults((given['resources'] ?? {}) as Json),
  };
}

/** No tag, or `latest`, without a digest. */
function pullsAlways(image = ''): boolean {
  if (image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes(':') || name.endsWith(':latest');
}

function probeWithDefaults(probe: Json): Json {
  const http = probe['httpGet'] as Json | undefined;
  const grpc = probe['grpc'] as Json | undefined;
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...withoutNulls(probe),
    ...(http && { httpGet: { path: '/', scheme: 'HTTP', ...http } }),
    ...(grpc && { grpc: { service: '', ...grpc } }),
  };
}

function variableWithDefaults(variable: Json): Json {
  const from = variable['valueFrom'] as Json | undefined;
  const fieldRef = from?.['fieldRef'] as Json | undefined;
  return fieldRef === undefined
    ? variable
    : { ...variable, valueFrom: { ...from, fieldRef: { apiVersion: 'v1', ...fieldRef } } };
}

/** What is limited and not requested is requested at its limit. */
function resourcesWithDefaults(resources: Json): Json {
  const limits = resources['limits'] as Json | undefined;
  return limits === undefined
    ? resources
    : { ...resources, requests: { ...limits, ...(resources['requests'] as Json) } };
}

const fileMode = 0o644;

function volumeWithDefaults(volume: Json): Json {
  const withMode = ['secret', 'configMap', 'downwardAPI', 'projected'].find(
    (kind) => volume[kind] !== undefined,
  );
  if (withMode !== undefined)
    return { ...volume, [withMode]: { defaultMode: fileMode, ...(volume[withMode] as Json) } };
  const hostPath = volume['hostPath'] as Json | undefined;
  return hostPath === undefined ? volume : { ...volume, hostPath: { type: '', ...hostPath } };
}

function withoutNulls(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  );
}
