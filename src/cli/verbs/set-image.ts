import type { KubeObject } from '../../api/meta.ts';
import { type ResourceType, resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodSpec, PodTemplateSpec } from '../../api/workloads.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { isApiError } from '../../ports/cluster.ts';
import { getObject, getRollout } from '../targets.ts';
import { type Reach, UsageError, type Verb } from '../verb.ts';

/** Others write the same object; after this many conflicts in a row something fights us. */
const mostTries = 5;

/** `set image`: give a container a new image, in the Rollout or in the workload that it refers to. */
export const setImage: Verb = {
  words: 'set image',
  arguments: '<NAME> <CONTAINER=IMAGE>',
  completes: resources.rollouts,
  summary: 'Release a new image',
  details: 'CONTAINER may be "*" for all. Init and ephemeral containers of the name are changed too.',
  async run(session, [name = '', assignment = '']) {
    const { container, image } = parseAssignment(assignment);
    const { type, target } = await changeImage(session, name, container, image);
    session.out(`${type.kind.toLowerCase()} "${target}" image updated\n`);
    return 0;
  },
};

/** Resolves with the object that holds the pod template, which it has changed. */
export async function changeImage(
  session: Reach,
  name: string,
  container: string,
  image: string,
): Promise<{ readonly type: ResourceType; readonly target: string }> {
  const { workloadRef } = (await getRollout(session, name)).spec;
  const [type, target] =
    workloadRef === undefined
      ? ([resources.rollouts, name] as const)
      : ([resources.deployments, workloadRef.name ?? ''] as const);
  await update(session, type, target, (object) => withImage(object, container, image));
  return { type, target };
}

function parseAssignment(text: string): { container: string; image: string } {
  const [container = '', image = '', ...rest] = text.split('=');
  if (container === '' || image === '' || rest.length > 0) {
    throw new UsageError(`the image must be written as CONTAINER=IMAGE, not "${text}"`);
  }
  return { container, image };
}

/** Reads, changes and replaces the object; anew when somebody else wrote in between. */
async function update(
  session: Reach,
  type: ResourceType,
  name: string,
  change: (object: KubeObject) => KubeObject,
): Promise<void> {
  const { cluster } = await session.open();
  for (let tries = 1; ; tries += 1) {
    const changed = change(await getObject(session, type, name));
    try {
      await cluster.replace(changed, type, { signal: session.signal });
      return;
    } catch (error) {
      if (!isApiError(error, 409) || tries >= mostTries) throw error;
    }
  }
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function withImage(object: KubeObject, name: string, image: string): KubeObject {
  const { spec } = object as Rollout;
  const template: PodTemplateSpec = spec.template ?? {};
  const podSpec: PodSpec = { ...(template.spec ?? { containers: [] }) };
  let found = false;
  for (const list of containerLists) {
    podSpec[list] = podSpec[list]?.map((container) => {
      if (name !== '*' && container.name !== name) return container;
      found = true;
      return { ...container, image };
    }) as PodSpec['containers'];
  }
  if (!found) {
    const known = containerLists.flatMap((list) => podSpec[list] ?? []).map((container) => container.name);
    const hint = known.length === 0 ? '' : `; there are ${[...new Set(known)].join(', ')}`;
    throw new SluiceError('NOT_FOUND', `unable to find container named "${name}"${hint}`, {
      container: name,
    });
  }
  return { ...object, spec: { ...spec, template: { ...template, spec: podSpec } } } as KubeObject;
}
