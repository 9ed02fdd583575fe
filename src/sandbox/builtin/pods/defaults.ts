import { isObject, type MutableJson } from '../../json.ts';

/** Defaults of `core/v1` PodSpec, as a stored pod shows them. Changes `spec` in place. */
export function defaultPodSpec(spec: MutableJson): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccountName !== undefined) spec.serviceAccount ??= spec.serviceAccountName;
  if (spec.serviceAccount !== undefined) spec.serviceAccountName ??= spec.serviceAccount;
  for (const container of containersOf(spec)) defaultContainer(container);
  for (const volume of objectsIn(spec.volumes)) defaultVolume(volume);
}

/** Defaults inside a pod template, in place. */
export function defaultTemplate(template: unknown): void {
  if (!isObject(template)) return;
  if (isObject(template.spec)) defaultPodSpec(template.spec);
}

/** All containers of a pod, in the order in which they start. */
export function containersOf(spec: MutableJson): readonly MutableJson[] {
  return [
    ...objectsIn(spec.initContainers),
    ...objectsIn(spec.containers),
    ...objectsIn(spec.ephemeralContainers),
  ];
}

export function objectsIn(list: unknown): readonly MutableJson[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function defaultContainer(container: MutableJson): void {
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.resources ??= {};
  container.imagePullPolicy ??= pullPolicy(container.image);
  for (const port of objectsIn(container.ports)) port.protocol ??= 'TCP';
  for (const { valueFrom } of objectsIn(container.env)) if (isObject(valueFrom)) defaultReferences(valueFrom);
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
  const lifecycle = isObject(container.lifecycle) ? container.lifecycle : {};
  for (const hook of [lifecycle.postStart, lifecycle.preStop]) if (isObject(hook)) defaultHttpGet(hook);
}

/** `Always` for `:latest` and for images without a tag, so that a moving tag is fetched again. */
function pullPolicy(image: unknown): string {
  const name =
    String(image ?? '')
      .split('@')[0]
      ?.split('/')
      .at(-1) ?? '';
  const tag = name.split(':')[1];
  if (String(image ?? '').includes('@')) return 'IfNotPresent';
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** What points to a field of the pod or to a resource of a container, in a variable or in a file. */
function defaultReferences({ fieldRef, resourceFieldRef }: MutableJson): void {
  if (isObject(fieldRef)) fieldRef.apiVersion ??= 'v1';
  if (isObject(resourceFieldRef)) resourceFieldRef.divisor ??= '0';
}

function defaultProbe(probe: MutableJson): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  defaultHttpGet(probe);
  if (isObject(probe.grpc)) probe.grpc.service ??= '';
}

function defaultHttpGet({ httpGet }: MutableJson): void {
  if (!isObject(httpGet)) return;
  httpGet.path ??= '/';
  httpGet.scheme ??= 'HTTP';
}

const modeSources = ['configMap', 'secret', 'downwardAPI', 'projected'];

function defaultVolume(volume: MutableJson): void {
  for (const name of modeSources) {
    const source = volume[name];
    if (isObject(source)) source.defaultMode ??= 420;
  }
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
  if (isObject(volume.hostPath)) volume.hostPath.type ??= '';
  const projected = isObject(volume.projected) ? objectsIn(volume.projected.sources) : [];
  for (const { downwardAPI, serviceAccountToken } of [volume, ...projected]) {
    if (isObject(serviceAccountToken)) serviceAccountToken.expirationSeconds ??= 3600;
    if (isObject(downwardAPI)) for (const item of objectsIn(downwardAPI.items)) defaultReferences(item);
  }
  const claim = isObject(volume.ephemeral) ? volume.ephemeral.volumeClaimTemplate : undefined;
  if (isObject(claim) && isObject(claim.spec)) claim.spec.volumeMode ??= 'Filesystem';
}
