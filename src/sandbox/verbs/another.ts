import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { Engine } from '../engine.ts';
import { type ManagerEntry, managersOf } from '../managed/managers.ts';
import type { Resource } from '../resource.ts';
import { longestGeneratedPrefix } from './write.ts';

/** What sets a new object apart from its model: members of its own, with the very names that the model's have. */
export interface Difference {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'generateName'>;
  readonly [member: string]: unknown;
}

/**
 * Creates an object like one that was created before, for the sandbox's own controllers, which make many of a kind: what
 * decoding, defaults, admission and field ownership made of the model holds for this one, too. Undefined when it is not as
 * simple as that (the name is taken, the namespace is going): then the long way says so.
 * @param model as its creation answered, by the same writer.
 */
export function createAnother(
  engine: Engine,
  resource: Resource,
  model: KubeObject,
  { metadata: given, ...members }: Difference,
): KubeObject | undefined {
  const { namespace = '' } = given;
  const home = engine.store.table('namespaces').get(undefined, namespace);
  if (home === undefined || home.metadata.deletionTimestamp !== undefined) return undefined;
  if (engine.admitted.get(model) !== resource.schema || resource.schema === undefined) return undefined;
  const prefix = given.generateName;
  if (prefix !== undefined && prefix.length > longestGeneratedPrefix) return undefined;
  const name = prefix === undefined ? given.name : prefix + engine.newSuffix();
  if (engine.store.table(resource.storage).get(namespace, name) !== undefined) return undefined;
  const now = formatInstant(engine.clock.now());
  const metadata: ObjectMeta = {
    ...model.metadata,
    ...given,
    name,
    uid: engine.newUid(),
    creationTimestamp: now,
    managedFields: managersOf(model).map((entry) => at(now, entry)),
  };
  return engine.putOwn(resource.storage, { ...model, ...members, metadata }, model);
}

const at = (time: string, entry: ManagerEntry): ManagerEntry =>
  entry.time === undefined ? entry : { ...entry, time };
