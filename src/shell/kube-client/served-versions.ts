import { apiVersionOf, type ResourceType } from '../../api/resources.ts';
import { type Cluster, isApiError } from '../../ports/cluster.ts';

/** The plural names that the server serves under `/apis/GROUP/VERSION`; none when it does not know it. */
export type Discover = (type: ResourceType, apiVersion: string) => Promise<readonly string[]>;

/**
 * The same cluster, asked in the version that it serves. For a type with `otherApiVersions` the server is asked once which
 * of them it has; while it has none, the type stays as it is, and requests fail as for any type that is not there.
 * @param preferred apiVersions to try before a type's own, such as `networking.istio.io/v1`.
 */
export function inServedVersions(
  cluster: Cluster,
  discover: Discover,
  preferred: readonly string[] = [],
): Cluster {
  const known = new Map<ResourceType, Promise<ResourceType | undefined>>();

  const find = async (type: ResourceType): Promise<ResourceType | undefined> => {
    for (const apiVersion of candidates(type, preferred)) {
      const plurals = await discover(type, apiVersion);
      if (plurals.includes(type.plural)) return inApiVersion(type, apiVersion);
    }
    return undefined;
  };

  const servedAs = async (type: ResourceType): Promise<ResourceType> => {
    if (type.otherApiVersions === undefined) return type;
    const asked = known.get(type) ?? find(type);
    known.set(type, asked);
    try {
      const found = await asked;
      if (found === undefined) known.delete(type);
      return found ?? type;
    } catch (error) {
      known.delete(type);
      throw error;
    }
  };

  /** A version can go while we run: its collection is then not found, and the next request asks anew. */
  const forgetAbsent = (type: ResourceType, error: unknown): never => {
    if (isApiError(error, 404)) known.delete(type);
    throw error;
  };

  return {
    servedAs,
    get: async (ref, signal) => cluster.get({ ...ref, type: await servedAs(ref.type) }, signal),
    list: async (type, options) => {
      const served = await servedAs(type);
      return cluster.list(served, options).catch((error) => forgetAbsent(type, error));
    },
    watch: (type, options, signal) => ({
      async *[Symbol.asyncIterator]() {
        try {
          yield* cluster.watch(await servedAs(type), options, signal);
        } catch (error) {
          forgetAbsent(type, error);
        }
      },
    }),
    create: async (object, type, options) => cluster.create(object, await servedAs(type), options),
    replace: async (object, type, options) => cluster.replace(object, await servedAs(type), options),
    patch: async (ref, patch, options) =>
      cluster.patch({ ...ref, type: await servedAs(ref.type) }, patch, options),
    delete: async (ref, options) => cluster.delete({ ...ref, type: await servedAs(ref.type) }, options),
  };
}

/** The apiVersions to ask for, the wanted first, each once. */
function candidates(type: ResourceType, preferred: readonly string[]): ReadonlySet<string> {
  const own = [apiVersionOf(type), ...(type.otherApiVersions ?? [])];
  const groups = new Set(own.map(groupOf));
  return new Set([...preferred.filter((apiVersion) => groups.has(groupOf(apiVersion))), ...own]);
}

function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, apiVersion.indexOf('/'));
}

function inApiVersion(type: ResourceType, apiVersion: string): ResourceType {
  const group = groupOf(apiVersion);
  return { ...type, group, version: apiVersion.slice(group.length + 1) };
}
