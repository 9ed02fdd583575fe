import type { Ingress } from '../../api/routes.ts';
import { SluiceError } from '../../kernel/errors.ts';

/** On an Ingress: which annotation keys each Rollout manages, as JSON `{"rollout":["key",…]}`. */
export const managedAnnotation = 'rollouts.argoproj.io/managed-alb-annotations';

export function readManaged({ metadata }: Ingress): Record<string, string[]> {
  const text = metadata.annotations?.[managedAnnotation];
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text) as Record<string, string[]>;
  } catch (error) {
    throw new SluiceError(
      'ALB_ANNOTATION_INVALID',
      `Ingress ${metadata.name}: annotation ${managedAnnotation} is not JSON: ${text}`,
      { ingress: metadata.name },
      error,
    );
  }
}

/** The Ingress without what this Rollout wrote: its annotations, and its entry in the list of them. */
export function withoutManaged(ingress: Ingress, rolloutName: string): Ingress {
  const managed = readManaged(ingress);
  const keys = managed[rolloutName];
  if (keys === undefined) return ingress;
  const { [rolloutName]: _, ...others } = managed;
  const annotations = Object.fromEntries(
    Object.entries(ingress.metadata.annotations ?? {}).filter(([key]) => !keys.includes(key)),
  );
  if (Object.keys(others).length === 0) delete annotations[managedAnnotation];
  else annotations[managedAnnotation] = JSON.stringify(others);
  return { ...ingress, metadata: { ...ingress.metadata, annotations } };
}
