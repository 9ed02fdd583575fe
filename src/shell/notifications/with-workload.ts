import type { KubeObject } from '../../api/meta.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Caches } from '../caches.ts';
import { workloadOf } from '../observe-workload.ts';

/** The Rollout with the pod template and the selector of the workload that it refers to, as far as they are known. */
export function withWorkload(rollout: Rollout, caches: Caches): Rollout {
  const workload = workloadOf(rollout);
  if (workload === undefined || !workload.isFollowed) return rollout;
  const object = caches.get(workload.ref) as
    | (KubeObject & { template?: Rollout['spec']['template'] })
    | undefined;
  const { template = object?.template, selector } = (object?.spec ?? {}) as Partial<Rollout['spec']>;
  if (template === undefined) return rollout;
  return { ...rollout, spec: { ...rollout.spec, template, ...(selector !== undefined && { selector }) } };
}
