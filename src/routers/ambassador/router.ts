import type { KubeObject } from '../../api/meta.ts';
import { controlledBy } from '../../api/owner.ts';
import { type ObjectRef, resources } from '../../api/resources.ts';
import type { AmbassadorMapping } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { percentOf } from '../percent.ts';
import { required } from '../required.ts';
import { servicesOf } from '../services.ts';

const longestBase = 246;
const path = (index: number) => `spec.strategy.canary.trafficRouting.ambassador.mappings[${index}]`;

/**
 * Ambassador: beside each Mapping of the user's, which is never written, stands one of ours to the canary with its share.
 * At weight 0 it is first written as such, and deleted with the next decision: by then every proxy has heard of the 0.
 */
export const ambassador: TrafficRouter = {
  kind: 'ambassador',
  capabilities: new Set(['weight']),
  objects: (rollout) =>
    baseRefs(rollout).flatMap((ref) => [ref, { ...ref, name: canaryName(ref.name), isMadeByRouter: true }]),
  validate,
  render: (rollout, current, split) =>
    baseRefs(rollout).flatMap((ref, index) => {
      const base = required<AmbassadorMapping>(current[index * 2], ref);
      const canary = current[index * 2 + 1] as AmbassadorMapping | undefined;
      return [base, canaryMapping(rollout, base, canary, split)];
    }),
  describeChange: (_object, { canary }) => ({
    reason: 'CanaryMappingWeightUpdate',
    message: `Set canary mapping weight to ${canary.weight}`,
  }),
  readWeight(_rollout, current, split) {
    const canaries = current.filter((_, index) => index % 2 === 1) as (AmbassadorMapping | undefined)[];
    const percent = Math.max(0, ...canaries.map((mapping) => mapping?.spec.weight ?? 0));
    // the Mapping knows shares of 100 only: the total's own number is what was meant, if it is that share
    return split !== undefined && percentOf(split) === percent ? split.canary.weight : percent;
  },
};

function baseRefs(rollout: Rollout): readonly ObjectRef[] {
  const { namespace } = rollout.metadata;
  const { mappings = [] } = rollout.spec.strategy?.canary?.trafficRouting?.ambassador ?? {};
  return mappings.map((name) => ({ type: resources.ambassadorMappings, namespace, name }));
}

function canaryName(base: string): string {
  return `${base.slice(0, longestBase)}-canary`;
}

function validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const { stable = '' } = servicesOf(rollout);
  const refs = baseRefs(rollout);
  if (refs.length === 0) return [{ path: path(0), value: '', detail: 'the name of a Mapping is required' }];
  return refs.flatMap(({ name, type }, index) => {
    const problem = (detail: string) => [{ path: path(index), value: name, detail }];
    const base = current[index * 2] as AmbassadorMapping | undefined;
    if (base === undefined) return problem(`${type.plural}.${type.group} "${name}" not found`);
    // also 0: Emissary gives what is left to Mappings without a weight only, so that the canary's would get everything
    if (base.spec.weight !== undefined) return problem(`Ambassador mapping "${name}" can not define weight`);
    if (refs.findIndex((other) => other.name === name) !== index) {
      return problem(`Ambassador mapping "${name}" is named more than once`);
    }
    return serviceParts(base.spec.service)?.service === stable
      ? []
      : problem(`Ambassador mapping "${name}" does not lead to the stable Service ${stable}`);
  });
}

/** `[scheme://]service[.namespace][:port]`. */
function serviceParts(
  text = '',
): { readonly scheme: string; readonly service: string; readonly rest: string } | undefined {
  const [, scheme = '', service = '', rest = ''] = /^([a-z0-9+]+:\/\/)?([^.:/]+)(.*)$/i.exec(text) ?? [];
  return service === '' ? undefined : { scheme, service, rest };
}

/** Undefined: it need not be there. The base's own fields are copied anew each time, so that a change of it is followed. */
function canaryMapping(
  rollout: Rollout,
  base: AmbassadorMapping,
  current: AmbassadorMapping | undefined,
  split: Split,
): AmbassadorMapping | undefined {
  const weight = percentOf(split);
  const isIdle = weight === 0 && (current === undefined || (current.spec.weight ?? 0) === 0);
  if (isIdle) return undefined;
  const { stable = '', canary = '' } = servicesOf(rollout);
  const parts = serviceParts(base.spec.service);
  const service =
    parts?.service === stable ? `${parts.scheme}${canary}${parts.rest}` : (base.spec.service ?? '');
  const spec = { ...base.spec, service, weight };
  if (current !== undefined) return sameJson(current.spec, spec) ? current : { ...current, spec };
  const { namespace } = rollout.metadata;
  return {
    apiVersion: base.apiVersion,
    kind: base.kind,
    metadata: {
      name: canaryName(base.metadata.name),
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}
