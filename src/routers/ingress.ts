import { type ObjectRef, resources } from '../api/resources.ts';
import type { Ingress } from '../api/routes.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { RouteProblem } from '../ports/traffic-router.ts';
import { given } from './services.ts';

/** The fields by which a routing names its Ingresses: one, or several. */
export interface IngressFields {
  /** Path of the routing in the Rollout. */
  readonly base: string;
  readonly one: { readonly field: string; readonly value: string | undefined };
  readonly several: { readonly field: string; readonly value: readonly string[] | undefined };
}

export interface NamedIngress {
  readonly ref: ObjectRef;
  /** Path of the field that names it. */
  readonly path: string;
}

/** The Ingresses that a routing names, each once. */
export function namedIngresses(
  rollout: Rollout,
  { base, one, several }: IngressFields,
): readonly NamedIngress[] {
  const single = given(one.value);
  const named =
    single === undefined
      ? (several.value ?? []).map((name, index) => ({ name, path: `${base}.${several.field}[${index}]` }))
      : [{ name: single, path: `${base}.${one.field}` }];
  return named
    .filter(({ name }, index) => named.findIndex((other) => other.name === name) === index)
    .map(({ name, path }) => ({
      ref: { type: resources.ingresses, namespace: rollout.metadata.namespace, name },
      path,
    }));
}

/** Exactly one of the two fields must be given. */
export function exclusiveProblem({ base, one, several }: IngressFields): RouteProblem | undefined {
  const hasOne = given(one.value) !== undefined;
  const hasSeveral = (several.value ?? []).length > 0;
  if (hasOne !== hasSeveral) return undefined;
  const word = (field: string) => field.charAt(0).toUpperCase() + field.slice(1);
  const state = hasOne ? 'Both are configured.' : 'Neither are configured.';
  return {
    path: base,
    value: one.value ?? '',
    detail: `Either ${word(one.field)} or ${word(several.field)} must be configured. ${state}`,
  };
}

/** The Ingress must be there, and have a path to the Service whose traffic is to be divided. */
export function ingressProblem(
  { ref, path }: NamedIngress,
  ingress: Ingress | undefined,
  service: string,
): RouteProblem | undefined {
  const { name } = ref;
  if (ingress === undefined) {
    return { path, value: name, detail: `ingresses.networking.k8s.io "${name}" not found` };
  }
  if (hasBackend(ingress, service)) return undefined;
  const detail = `ingress \`${name}\` has no rules using service ${service} backend`;
  return { path, value: name, detail };
}

export function hasBackend({ spec }: Ingress, service: string): boolean {
  return (spec.rules ?? []).some(({ http }) =>
    http?.paths.some(({ backend }) => backend.service?.name === service),
  );
}
