import type { KubeObject } from '../../api/meta.ts';
import { defaultResources, qosClass } from '../builtin/pods/pod.ts';
import { isObject, type MutableJson } from '../json.ts';
import { invalid, invalidValue } from '../status.ts';

/** What the doors of a pod let through of a changed one: the live pod with that part of its spec. */
export const podDoors: Readonly<Record<string, (object: KubeObject, live: KubeObject) => KubeObject>> = {
  ephemeralcontainers: (object, live) =>
    withSpec(live, { ephemeralContainers: (object.spec as MutableJson | undefined)?.ephemeralContainers }),
  resize(object, live) {
    const next = withSpec(live, {
      containers: resized(object, live, 'containers'),
      initContainers: resized(object, live, 'initContainers'),
    });
    defaultResources(next.spec as MutableJson);
    const before = (live.status as MutableJson | undefined)?.qosClass;
    const after = qosClass(next.spec as MutableJson);
    if (before === undefined || after === before) return next;
    const text = 'Pod QOS Class may not change as a result of resizing';
    throw invalid({ group: '', kind: 'Pod' }, live.metadata.name, [invalidValue('spec', before, text)]);
  },
};

function withSpec(live: KubeObject, own: MutableJson): KubeObject {
  const spec = { ...(live.spec as MutableJson), ...own };
  for (const name of Object.keys(own)) if (spec[name] === undefined) delete spec[name];
  return { ...live, metadata: { ...live.metadata }, spec };
}

/** The containers that there are, with the resources that are asked for. */
function resized(object: KubeObject, live: KubeObject, list: 'containers' | 'initContainers'): unknown {
  const wanted = (object.spec as MutableJson | undefined)?.[list];
  const current = (live.spec as MutableJson)[list];
  if (!Array.isArray(current) || !Array.isArray(wanted)) return current;
  return current.map((container: MutableJson) => {
    const other = wanted.find((candidate) => isObject(candidate) && candidate.name === container.name);
    return isObject(other)
      ? { ...container, resources: { ...(other.resources as MutableJson | undefined) } }
      : container;
  });
}
