import { managedByAnnotation, podTemplateHashLabel } from '../labels.ts';
import type { Rollout } from '../v1alpha1/rollout.ts';
import type { PodTemplateSpec, Service } from '../workloads.ts';
import { type FieldError, invalid } from './field-error.ts';

/**
 * Every Service whose pods are the Rollout's: its path in the Rollout, and its name. A root Service is not one of them: it
 * is only a name in the rules of an Ingress, and may select what it likes.
 */
export function namedServices(rollout: Rollout): readonly { readonly path: string; readonly name: string }[] {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const base = 'spec.strategy';
  const named: readonly (readonly [string, string | undefined])[] = [
    [`${base}.blueGreen.activeService`, blueGreen?.activeService],
    [`${base}.blueGreen.previewService`, blueGreen?.previewService],
    [`${base}.canary.stableService`, canary?.stableService],
    [`${base}.canary.canaryService`, canary?.canaryService],
    [`${base}.canary.pingPong.pingService`, canary?.pingPong?.pingService],
    [`${base}.canary.pingPong.pongService`, canary?.pingPong?.pongService],
  ];
  return named.flatMap(([path, name]) => (name === undefined || name === '' ? [] : [{ path, name }]));
}

export function validateServices(
  rollout: Rollout,
  template: PodTemplateSpec | undefined,
  services: Readonly<Record<string, Service | undefined>>,
): FieldError[] {
  const labels = template?.metadata?.labels ?? {};
  return namedServices(rollout).flatMap(({ path, name }) => {
    if (!(name in services)) return []; // not asked for
    const service = services[name];
    if (service === undefined) return [invalid(path, name, `service "${name}" not found`)];
    const odd = Object.entries(service.spec.selector ?? {}).find(
      ([key, value]) => key !== podTemplateHashLabel && labels[key] !== value,
    );
    if (odd !== undefined)
      return [invalid(path, name, `Service "${name}" has unmatch label "${odd[0]}" in rollout`)];
    const manager = service.metadata.annotations?.[managedByAnnotation];
    return manager === undefined || manager === rollout.metadata.name
      ? []
      : [invalid(path, name, `Service "${name}" is managed by another Rollout`)];
  });
}
