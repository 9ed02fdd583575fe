import type { ObjectMeta } from '../../api/meta.ts';
import { configMapName } from './config.ts';
import type { ConfigSource } from './decide.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** What of an object's annotations subscribes to nothing, in sentences: a trigger, or a service, that no configuration has. */
export function subscriptionProblems(
  { annotations = {} }: Pick<ObjectMeta, 'annotations'>,
  sources: readonly ConfigSource[],
): readonly string[] {
  const problems = new Set<string>();
  for (const { config } of sources) {
    // the configuration's own subscriptions are its own problems
    const asked = subscriptionsOf({ name: '', annotations }, { ...config, subscriptions: [] });
    for (const [trigger, destinations] of asked) {
      const having = sources.filter(({ config: { triggers } }) => triggers.has(trigger));
      if (having.length === 0) {
        problems.add(
          `its annotations subscribe to ${trigger}, and no ${configMapName} has trigger.${trigger}`,
        );
        continue;
      }
      for (const { service } of destinations) {
        if (having.some(({ config: { services } }) => services.has(service))) continue;
        problems.add(
          `its annotations name the service ${service}, and no ${configMapName} has service.${service}`,
        );
      }
    }
  }
  return [...problems];
}
