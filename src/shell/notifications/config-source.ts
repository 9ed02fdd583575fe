import type { KubeObject } from '../../api/meta.ts';
import { type ResourceType, resources } from '../../api/resources.ts';
import type { Secret } from '../../api/workloads.ts';
import {
  configMapName,
  type NotificationConfig,
  noNotifications,
  parseNotificationConfig,
  secretName,
} from '../../core/notifications/config.ts';
import type { ConfigSource } from '../../core/notifications/decide.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { NotificationServices } from '../../ports/notification-service.ts';
import { decodedSecret } from '../analysis/read-secrets.ts';
import { type Informer, informer } from '../informer.ts';
import { blotted } from './blotted.ts';
import { serviceProblems } from './service-problems.ts';

export interface ConfigSourceOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly services: NotificationServices;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Read the objects of that name in every namespace, too, each for the Rollouts beside it. */
  readonly isSelfService: boolean;
  /** Look only at these namespaces. */
  readonly onlyNamespaces?: readonly string[];
  /** Something is wrong with this ConfigMap, in a sentence without a secret. */
  readonly onProblem: (configMap: KubeObject, sentence: string) => void;
  /** What is configured has changed. */
  readonly onChange: () => void;
}

export interface ConfigSources {
  /** Is known what is configured? Never, when it may not be read. */
  readonly isReady: boolean;
  /** For Rollouts of this namespace: the controller's configuration, and the namespace's own. */
  of(namespace: string | undefined): readonly ConfigSource[];
}

/** Follows the ConfigMap and the Secret of notifications, by their names. */
export function configSources(options: ConfigSourceOptions): ConfigSources {
  const { cluster, clock, log, signal, namespace: own, isSelfService } = options;
  const read = new Map<string, NotificationConfig>();
  const forget = (namespace: string | undefined) => {
    read.delete(namespace ?? '');
    options.onChange();
  };
  const follow = <T extends KubeObject>(
    type: ResourceType,
    name: string,
    namespace: string | undefined,
  ): Informer<T> => {
    const started = informer<T>({
      ...{ cluster, clock, log, signal },
      type,
      fieldSelector: `metadata.name=${name}`,
      ...(namespace !== undefined ? { namespace } : {}),
      random: options.random.fork(`notifications/${namespace ?? ''}/${type.plural}`),
    });
    started.onChange(({ object }) => forget(object.metadata.namespace));
    return started;
  };
  const others = isSelfService ? options.onlyNamespaces : [];
  // undefined: all of them
  const places: readonly (string | undefined)[] =
    others === undefined ? [undefined] : [...new Set([own, ...others])];
  const configMaps = places.map((place) => follow<ConfigMap>(resources.configMaps, configMapName, place));
  const secrets = places.map((place) => follow<Secret>(resources.secrets, secretName, place));

  const configOf = (namespace: string): NotificationConfig => {
    const known = read.get(namespace);
    if (known !== undefined) return known;
    const configMap = found(configMaps, namespace, configMapName);
    const secret = found(secrets, namespace, secretName);
    const config =
      configMap === undefined
        ? noNotifications
        : parseNotificationConfig(configMap.data ?? {}, secret === undefined ? {} : decodedSecret(secret));
    for (const { key, message } of [...config.problems, ...serviceProblems(config, options.services)]) {
      const reason = blotted(message, config.secrets);
      log.warn('A key of the notifications ConfigMap has a problem.', { namespace, key, reason });
      if (configMap !== undefined) options.onProblem(configMap, `${key}: ${reason}`);
    }
    read.set(namespace, config);
    return config;
  };

  let isReady = false;
  void Promise.all([...configMaps, ...secrets].map(({ synced }) => synced)).then(() => {
    isReady = true;
    options.onChange();
  });

  return {
    get isReady() {
      return isReady;
    },
    of: (namespace) => {
      const central: ConfigSource = { config: configOf(own) };
      if (!isSelfService || namespace === undefined || namespace === own) return [central];
      return [central, { namespace, config: configOf(namespace) }];
    },
  };
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

function found<T extends KubeObject>(
  informers: readonly Informer<T>[],
  namespace: string,
  name: string,
): T | undefined {
  for (const { cache } of informers) {
    const object = cache.get(namespace, name);
    if (object !== undefined) return object;
  }
  return undefined;
}
