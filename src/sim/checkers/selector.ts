import { availableOf, isRefused, type Scene, type ServicePart, selectedHash, selectedOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I5: a Service selector goes from one serving revision to another in one write, and never through empty. */
export const selector: Checker = {
  name: 'I5 selector',
  onWrite(scene, before) {
    for (const { part, service } of before?.services ?? []) {
      const from = selectedHash(service);
      const now = scene.services.find((other) => other.part === part)?.service;
      if (now === undefined || now.metadata.name !== service.metadata.name) continue;
      const to = selectedHash(now);
      if (from === to) continue;
      if (to === undefined) return `the ${part} Service lost its revision ${from}`;
      if (scene.replicas > 0 && carriesTraffic(scene, part) && availableOf(scene, to) === 0) {
        return `the ${part} Service went from ${from} to ${to}, which has no available pod`;
      }
    }
    return undefined;
  },
  whenSettled(scene) {
    const { status } = scene.rollout;
    const [stable, selected] = [status?.stableRS ?? '', selectedOf(scene, 'stable')];
    if (isRefused(scene) || stable === '' || scene.replicas === 0) return undefined;
    if (!scene.services.some(({ part }) => part === 'stable') || selected === stable) return undefined;
    return availableOf(scene, stable) >= scene.replicas
      ? `the stable Service selects ${selected}, though ${stable} is stable and has all its pods`
      : undefined;
  },
};

function carriesTraffic(scene: Scene, part: ServicePart): boolean {
  switch (part) {
    case 'active':
      return true;
    case 'preview':
      return false;
    case 'canary':
      return scene.weights.some(({ weight }) => weight > 0);
    case 'stable':
      return scene.weights.length === 0 || scene.weights.some(({ weight }) => weight < scene.total);
  }
}
