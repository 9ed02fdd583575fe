import type { KubeObject } from '../../api/meta.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import type { TrafficSplit } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RouteObjectRef, TrafficRouter } from '../../ports/traffic-router.ts';
import { assertOwned, isOwnedBy } from '../owned.ts';
import { assertAdditionalHaveServices, given, servicesOf } from '../services.ts';

type Backend = NonNullable<TrafficSplit['spec']['backends']>[number];

const base = 'spec.strategy.canary.trafficRouting.smi';

/** Service Mesh Interface: one TrafficSplit of ours holds the weights. It stays between releases, and goes with the Rollout. */
export const smi: TrafficRouter = {
  kind: 'smi',
  capabilities: new Set(['weight', 'additionalDestinations']),
  objects: (rollout) => [trafficSplitRef(rollout)],
  validate(rollout, [current]) {
    if (current === undefined || isOwnedBy(rollout, current)) return [];
    const { name } = current.metadata;
    return [{ path: `${base}.trafficSplitName`, value: name, detail: notOwned(name) }];
  },
  render,
  inApiVersion(object, apiVersion) {
    const { spec } = object as TrafficSplit;
    const backends = spec.backends?.map((backend) => ({
      ...backend,
      weight: writeWeight(apiVersion, readQuantity(backend.weight) ?? 0),
    }));
    return { ...object, apiVersion, spec: { ...spec, backends } };
  },
  describeChange: ({ metadata }) =>
    metadata.resourceVersion === undefined
      ? { reason: 'TrafficSplitCreated', message: `TrafficSplit \`${metadata.name}\` created` }
      : {
          reason: 'TrafficSplitModified',
          message: `TrafficSplit \`${metadata.name}\` modified`,
        },
  readWeight(rollout, [current]) {
    const { canary } = servicesOf(rollout);
    const backends = (current as TrafficSplit | undefined)?.spec.backends ?? [];
    const found = backends.find(({ service }) => service === canary);
    return found === undefined ? undefined : readQuantity(found.weight);
  },
  readReceivers: (_, [current]) =>
    ((current as TrafficSplit | undefined)?.spec.backends ?? []).map(({ service, weight }) => ({
      service,
      weight: readQuantity(weight) ?? 0,
    })),
};

function trafficSplitRef(rollout: Rollout): RouteObjectRef {
  const { name, namespace } = rollout.metadata;
  const routing = rollout.spec.strategy?.canary?.trafficRouting?.smi;
  return {
    type: resources.trafficSplits,
    namespace,
    name: given(routing?.trafficSplitName) ?? name,
    isMadeByRouter: true,
  };
}

function render(
  rollout: Rollout,
  [current]: readonly (KubeObject | undefined)[],
  split: Split,
): readonly KubeObject[] {
  assertAdditionalHaveServices(split);
  const ref = trafficSplitRef(rollout);
  assertOwned(rollout, current, notOwned(ref.name));
  const { stable = '', canary = '' } = servicesOf(rollout);
  const version = current?.apiVersion ?? apiVersionOf(ref.type);
  const backends = [
    { ...split.canary, service: canary },
    ...split.additional,
    { ...split.stable, service: stable },
  ].map(({ service, weight }) => ({ service, weight: writeWeight(version, weight) }));
  const service = given(rollout.spec.strategy?.canary?.trafficRouting?.smi?.rootService) ?? stable;
  if (current === undefined) return [created(rollout, ref, { service, backends })];
  const { spec } = current as TrafficSplit;
  const isSame = spec.service === service && sameJson(numbered(spec.backends), numbered(backends));
  return [isSame ? current : { ...current, spec: { ...spec, service, backends } }];
}

function created(rollout: Rollout, { type, name, namespace }: RouteObjectRef, spec: unknown): KubeObject {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}

/** Version v1alpha1 has Kubernetes quantities, as text; later ones have plain numbers. */
function writeWeight(apiVersion: string, weight: number): string | number {
  const version = apiVersion.split('/')[1] ?? '';
  if (version === 'v1alpha1') return String(weight);
  if (['v1alpha2', 'v1alpha3', 'v1alpha4'].includes(version)) return weight;
  throw new SluiceError('NOT_SUPPORTED', `Unsupported TrafficSplit API version \`${version}\``, { version });
}

/** Compared as numbers: the quantities `0.03k` and `30` are the same. */
function numbered(backends: readonly Backend[] = []): unknown {
  return backends.map((backend) => ({ ...backend, weight: readQuantity(backend.weight) }));
}

/** Undefined when it is no quantity that a weight can have. */
function readQuantity(weight: string | number): number | undefined {
  const [, number, unit = ''] = /^([+-]?\d+(?:\.\d+)?)(m|k)?$/.exec(String(weight)) ?? [];
  const factor = unit === 'm' ? 1000 : 1;
  return number === undefined ? undefined : (Number(number) * (unit === 'k' ? 1000 : 1)) / factor;
}

function notOwned(name: string): string {
  return `Rollout does not own TrafficSplit \`${name}\``;
}
