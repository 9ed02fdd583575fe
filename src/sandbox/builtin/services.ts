import type { KubeObject } from '../../api/meta.ts';
import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import { validateLabels } from '../metadata.ts';
import type { Strategy, Surroundings } from '../resource.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../status.ts';
import { objectsIn } from './pods/defaults.ts';
import { isPort } from './pods/ports.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export const service: Strategy = {
  defaults(object, previous, around) {
    const spec = objectAt(object, 'spec');
    spec.type ??= 'ClusterIP';
    spec.sessionAffinity ??= 'None';
    if (spec.sessionAffinity === 'ClientIP') defaultTimeout(spec);
    else if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    for (const port of objectsIn(spec.ports)) {
      port.protocol ??= 'TCP';
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
        port.targetPort = port.port;
    }
    (object as { status?: unknown }).status ??= { loadBalancer: {} };
    if (spec.type === 'ExternalName') return;
    spec.internalTrafficPolicy ??= 'Cluster';
    keepAllocations(spec, previous?.spec);
    if (isReachedFromOutside(spec)) spec.externalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
    if (previous !== undefined) allocate(spec, around);
  },
  admission(object, around) {
    const spec = object.spec as MutableJson;
    if (spec.type !== 'ExternalName') allocate(spec, around);
  },
  settle(object, previous) {
    if (isObject(object.spec) && isObject(previous.spec)) dropWithType(object.spec, previous.spec);
  },
  validate: (object, previous) => validateService(object.spec as MutableJson, previous),
  validateStatus(object) {
    const { type } = (object.spec ?? {}) as MutableJson;
    const balancer = objectAt(objectAt(object, 'status'), 'loadBalancer');
    if (type === 'LoadBalancer' || objectsIn(balancer.ingress).length === 0) return [];
    return [
      forbiddenField('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'"),
    ];
  },
  statusDefaults: (status) => void objectAt(status, 'loadBalancer'),
};

/** What only the former type had goes with it, unless the change says something of it. */
function dropWithType(spec: MutableJson, before: MutableJson): void {
  const drop = (name: string) => {
    if (jsonEqual(spec[name], before[name])) delete spec[name];
  };
  if (isReachedFromOutside(before) && !isReachedFromOutside(spec)) drop('externalTrafficPolicy');
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    for (const name of ['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort'])
      drop(name);
  }
  if (!hasNodePorts(before) || hasNodePorts(spec)) return;
  const ports = objectsIn(before.ports);
  spec.ports = objectsIn(spec.ports).map(({ nodePort, ...port }) =>
    nodePort === undefined || ports.some((old) => old.nodePort === nodePort) ? port : { ...port, nodePort },
  );
}

const hasNodePorts = ({ type }: MutableJson): boolean => type === 'NodePort' || type === 'LoadBalancer';

const affinitySeconds = 10_800;

function defaultTimeout(spec: MutableJson): void {
  const client = objectAt(objectAt(spec, 'sessionAffinityConfig'), 'clientIP');
  client.timeoutSeconds ??= affinitySeconds;
}

function isReachedFromOutside({ type, externalIPs }: MutableJson): boolean {
  if (type === 'NodePort' || type === 'LoadBalancer') return true;
  return type === 'ClusterIP' && Array.isArray(externalIPs) && externalIPs.length > 0;
}

/** An update that leaves the addresses out keeps those that were given. */
function keepAllocations(spec: MutableJson, previous: unknown): void {
  if (!isObject(previous) || previous.type === 'ExternalName') return;
  for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
    spec[name] ??= previous[name];
  const ports = objectsIn(previous.ports);
  if (spec.type === 'ClusterIP') return;
  for (const port of objectsIn(spec.ports)) {
    port.nodePort ??= ports.find((old) => old.port === port.port && old.protocol === port.protocol)?.nodePort;
  }
}

function allocate(spec: MutableJson, around: Surroundings): void {
  allocateAddress(spec, around);
  if (spec.type !== 'ClusterIP') allocateNodePorts(spec, around);
}

/** Addresses come from 10.96.0.0/16, the first for the API server's own Service. */
function allocateAddress(spec: MutableJson, around: Surroundings): void {
  if (spec.clusterIP === undefined || spec.clusterIP === '') spec.clusterIP = freeAddress(around);
  spec.clusterIPs ??= [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

const addresses = 65_000;

function freeAddress(around: Surroundings): string {
  const taken = new Set(
    around.list('services').map(({ spec }) => (spec as MutableJson | undefined)?.clusterIP),
  );
  for (let number = 1; number < addresses; number += 1) {
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  return '10.96.255.254';
}

const firstNodePort = 30_000;
const lastNodePort = 32_767;

function allocateNodePorts(spec: MutableJson, around: Surroundings): void {
  const missing = objectsIn(spec.ports).filter((port) => port.nodePort === undefined);
  if (missing.length === 0) return;
  const taken = new Set(
    [...around.list('services'), { spec }].flatMap((other) =>
      objectsIn((other.spec as MutableJson | undefined)?.ports).map(({ nodePort }) => nodePort),
    ),
  );
  let candidate = firstNodePort;
  for (const port of missing) {
    while (taken.has(candidate) && candidate < lastNodePort) candidate += 1;
    port.nodePort = candidate;
    taken.add(candidate);
  }
}

function validateService(spec: MutableJson, previous: KubeObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!types.includes(String(spec.type))) errors.push(notSupported('spec.type', spec.type, types));
  const isHeadless = spec.clusterIP === 'None';
  const ports = objectsIn(spec.ports);
  if (ports.length === 0 && !isHeadless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  if (spec.type === 'ExternalName' && typeof spec.externalName !== 'string')
    errors.push(required('spec.externalName'));
  errors.push(...validatePorts(ports));
  const policyBefore = (previous?.spec as MutableJson | undefined)?.externalTrafficPolicy;
  const isNewPolicy = spec.externalTrafficPolicy !== policyBefore;
  if (spec.externalTrafficPolicy !== undefined && isNewPolicy && !isReachedFromOutside(spec)) {
    const text = 'may only be set for externally-accessible services';
    errors.push(invalidValue('spec.externalTrafficPolicy', spec.externalTrafficPolicy, text));
  }
  if (Array.isArray(spec.loadBalancerSourceRanges) && spec.type !== 'LoadBalancer') {
    const text = "may only be used when `type` is 'LoadBalancer'";
    errors.push(forbiddenField('spec.LoadBalancerSourceRanges', text));
  }
  errors.push(...validateLabels(spec.selector, 'spec.selector'));
  const before = (previous?.spec as MutableJson | undefined)?.clusterIP;
  if (before !== undefined && before !== '' && spec.type !== 'ExternalName' && before !== spec.clusterIP) {
    errors.push(invalidValue('spec.clusterIPs[0]', spec.clusterIPs, 'may not change once set'));
  }
  return errors;
}

/** A port as the real server prints one that stands twice: only what tells it from others is filled in. */
function portIdentity({ port, protocol }: MutableJson): MutableJson {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function validatePorts(ports: readonly MutableJson[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<unknown>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    if (ports.length > 1 && (port.name === undefined || port.name === ''))
      errors.push(required(`${path}.name`));
    else if (port.name !== undefined && names.has(port.name))
      errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
    if (!isPort(port.port))
      errors.push(invalidValue(`${path}.port`, port.port ?? 0, 'must be between 1 and 65535, inclusive'));
    const identity = `${port.protocol}/${port.port}`;
    if (numbers.has(identity)) errors.push(duplicate(path, portIdentity(port)));
    numbers.add(identity);
    if (typeof port.targetPort === 'number' && !isPort(port.targetPort)) {
      errors.push(
        invalidValue(`${path}.targetPort`, port.targetPort, 'must be between 1 and 65535, inclusive'),
      );
    }
  }
  return errors;
}
