import { controllerOf, type KubeObject } from '../../api/meta.ts';
import type { Ingress } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { exclusiveProblem, type IngressFields, ingressProblem, namedIngresses } from '../ingress.ts';
import { assertOwned, isOwnedBy } from '../owned.ts';
import { required } from '../required.ts';
import { servicesOf } from '../services.ts';
import {
  canaryIngressName,
  canaryWeightOf,
  foreignKey,
  nginxOf,
  prefixOf,
  renderCanaryIngress,
} from './canary-ingress.ts';

/**
 * NGINX: beside each stable Ingress, which is never written, stands a canary Ingress of ours with the weight in an
 * annotation. It stays at weight 0 between releases, and goes with the Rollout. The controller knows two backends a path:
 * an experiment gets no share, and a header route is set by annotations of the user's (`canaryIngressAnnotations`).
 */
export const nginx: TrafficRouter = {
  kind: 'nginx',
  capabilities: new Set(['weight', 'maxTrafficWeight']),
  objects: (rollout) =>
    namedIngresses(rollout, fieldsOf(rollout)).flatMap(({ ref }) => [
      ref,
      { ...ref, name: canaryIngressName(rollout, ref.name), isMadeByRouter: true },
    ]),
  validate,
  render,
  release: (rolloutName, current) => current.map((object) => released(rolloutName, object)),
  describeChange: ({ metadata }, { canary }) =>
    metadata.resourceVersion === undefined
      ? {
          reason: 'CreatingCanaryIngress',
          message: `Creating canary ingress \`${metadata.name}\` with weight \`${canary.weight}\``,
        }
      : {
          reason: 'PatchingCanaryIngress',
          message: `Updating Ingress \`${metadata.name}\` to desiredWeight '${canary.weight}'`,
        },
  readWeight(rollout, current) {
    const weights = current
      .filter((_, index) => index % 2 === 1)
      .map((ingress) => canaryWeightOf(rollout, ingress))
      .filter((weight) => weight !== undefined);
    return weights.length === 0 ? undefined : Math.max(...weights);
  },
};

const base = 'spec.strategy.canary.trafficRouting.nginx';

function fieldsOf(rollout: Rollout): IngressFields {
  const { stableIngress, stableIngresses } = nginxOf(rollout);
  return {
    base,
    one: { field: 'stableIngress', value: stableIngress },
    several: { field: 'stableIngresses', value: stableIngresses },
  };
}

function validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const problem = exclusiveProblem(fieldsOf(rollout));
  if (problem !== undefined) return [problem];
  const { stable: service = '' } = servicesOf(rollout);
  const key = foreignKey(rollout);
  if (key !== undefined) {
    const detail = `is put behind ${prefixOf(rollout)}/, which leaves no name of an annotation; a key as it stands goes into canaryIngressAnnotations`;
    return [{ path: `${base}.additionalIngressAnnotations`, value: key, detail }];
  }
  return namedIngresses(rollout, fieldsOf(rollout)).flatMap((named, index) => {
    const [stable, canary] = [current[index * 2] as Ingress | undefined, current[index * 2 + 1]];
    const found = ingressProblem(named, stable, service);
    if (found !== undefined) return [found];
    if (canary === undefined || isOwnedBy(rollout, canary)) return [];
    return [{ path: named.path, value: named.ref.name, detail: notOwned(canary.metadata.name) }];
  });
}

function render(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
  split: Split,
): readonly KubeObject[] {
  return namedIngresses(rollout, fieldsOf(rollout)).flatMap(({ ref }, index) => {
    const stable = required<Ingress>(current[index * 2], ref);
    const canary = current[index * 2 + 1] as Ingress | undefined;
    assertOwned(rollout, canary, notOwned(canaryIngressName(rollout, ref.name)));
    return [stable, renderCanaryIngress(rollout, stable, canary, split)];
  });
}

function notOwned(name: string): string {
  return `canary ingress \`${name}\` controlled by different object`;
}

/** A canary Ingress that its Rollout does not name any more must not take traffic. Its prefix may have been another one. */
function released(rolloutName: string, object: KubeObject): KubeObject {
  const owner = controllerOf(object);
  const { annotations = {} } = object.metadata;
  const keys = Object.keys(annotations).filter((key) => key.endsWith('/canary-weight'));
  const isOurs = object.kind === 'Ingress' && owner?.kind === 'Rollout' && owner.name === rolloutName;
  if (!isOurs || keys.every((key) => annotations[key] === '0')) return object;
  const zero = Object.fromEntries(keys.map((key) => [key, '0']));
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...zero } } };
}
