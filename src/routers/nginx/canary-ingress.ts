import type { KubeObject } from '../../api/meta.ts';
import { controlledBy } from '../../api/owner.ts';
import type { Ingress, IngressPath } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { given, servicesOf } from '../services.ts';

export type NginxRouting = NonNullable<TrafficRouting['nginx']>;

/**
 * The way in which Kubernetes once said the class. The controller still reads it, and first: where an Ingress has come to have both,
 * only this one is copied, since the API server takes no new Ingress with both.
 */
const classAnnotation = 'kubernetes.io/ingress.class';
const longestName = 253;

export function nginxOf(rollout: Rollout): NginxRouting {
  return rollout.spec.strategy?.canary?.trafficRouting?.nginx ?? {};
}

/** `nginx.ingress.kubernetes.io` unless the Rollout names another prefix. */
export function prefixOf(rollout: Rollout): string {
  return given(nginxOf(rollout).annotationPrefix) ?? 'nginx.ingress.kubernetes.io';
}

/** An additional annotation that has a prefix of its own, and would get a second one. */
export function foreignKey(rollout: Rollout): string | undefined {
  const keys = Object.keys(nginxOf(rollout).additionalIngressAnnotations ?? {});
  return keys.find((key) => key.includes('/') && !key.startsWith(prefixOf(rollout)));
}

export function canaryIngressName(rollout: Rollout, stableIngress: string): string {
  const end = '-canary';
  return `${rollout.metadata.name}-${stableIngress}`.slice(0, longestName - end.length) + end;
}

/** The canary Ingress beside this stable one; the very same object when nothing differs. */
export function renderCanaryIngress(
  rollout: Rollout,
  stable: Ingress,
  current: Ingress | undefined,
  split: Split,
): Ingress {
  const wanted = {
    annotations: wantedAnnotations(rollout, stable, split),
    spec: wantedSpec(rollout, stable),
  };
  if (current === undefined) return created(rollout, stable, wanted);
  const annotations = { ...current.metadata.annotations, ...wanted.annotations };
  const isSame = sameJson(annotations, current.metadata.annotations) && sameJson(wanted.spec, current.spec);
  if (isSame) return current;
  return { ...current, metadata: { ...current.metadata, annotations }, spec: wanted.spec };
}

/** The weight in the Ingress, of 100 or of `canary-weight-total`; undefined when it holds no number. */
export function canaryWeightOf(rollout: Rollout, ingress: KubeObject | undefined): number | undefined {
  const text = ingress?.metadata.annotations?.[`${prefixOf(rollout)}/canary-weight`];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function created(
  rollout: Rollout,
  { apiVersion, kind, metadata }: Ingress,
  { annotations, spec }: { annotations: Record<string, string>; spec: Ingress['spec'] },
): Ingress {
  const { namespace } = rollout.metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name: canaryIngressName(rollout, metadata.name),
      ...(namespace !== undefined && { namespace }),
      annotations,
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}

/** The canary's own settings have the last word over the additional ones, and the weight over both. */
function wantedAnnotations(rollout: Rollout, stable: Ingress, { canary }: Split): Record<string, string> {
  const prefix = prefixOf(rollout);
  const { additionalIngressAnnotations = {}, canaryIngressAnnotations = {} } = nginxOf(rollout);
  const total = rollout.spec.strategy?.canary?.trafficRouting?.maxTrafficWeight;
  const ingressClass = stable.metadata.annotations?.[classAnnotation];
  return {
    ...(ingressClass !== undefined && { [classAnnotation]: ingressClass }),
    ...Object.fromEntries(
      Object.entries(additionalIngressAnnotations).map(([key, value]) => [
        key.startsWith(prefix) ? key : `${prefix}/${key}`,
        value,
      ]),
    ),
    ...canaryIngressAnnotations,
    [`${prefix}/canary`]: 'true',
    [`${prefix}/canary-weight`]: String(canary.weight),
    ...(total !== undefined && { [`${prefix}/canary-weight-total`]: String(total) }),
  };
}

/**
 * The paths to the stable Service, turned to the canary; TLS and class as they are. Other paths stay away: to the controller
 * a path has one canary, and this one may be another Rollout's.
 */
function wantedSpec(rollout: Rollout, { metadata, spec }: Ingress): Ingress['spec'] {
  const { stable, canary = '' } = servicesOf(rollout);
  const toCanary = ({ backend, ...path }: IngressPath): IngressPath[] =>
    backend.service?.name === stable
      ? [{ ...path, backend: { ...backend, service: { ...backend.service, name: canary } } }]
      : [];
  const rules = (spec.rules ?? []).flatMap((rule) => {
    const paths = (rule.http?.paths ?? []).flatMap(toCanary);
    return paths.length === 0 ? [] : [{ ...rule, http: { ...rule.http, paths } }];
  });
  return {
    ...(spec.ingressClassName !== undefined &&
      metadata.annotations?.[classAnnotation] === undefined && { ingressClassName: spec.ingressClassName }),
    ...(spec['tls'] !== undefined && { tls: spec['tls'] }),
    rules,
  };
}
