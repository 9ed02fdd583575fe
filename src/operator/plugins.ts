import { parse } from 'yaml';
import type { KubeObject } from '../api/meta.ts';
import { resources } from '../api/resources.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Cluster } from '../ports/cluster.ts';
import { gatewayApiKey } from '../routers/gateway-api/settings.ts';

/** The peer's ConfigMap of plugins, in the controller's namespace (operations.md §5.5). It reads it once, at its start; so do we. */
export const pluginConfigName = 'argo-rollouts-config';

/** What becomes of whatever names a plugin, by the ConfigMap's keys. */
const refusals: Readonly<Record<string, string>> = {
  trafficRouterPlugins: 'Rollouts that route by it are refused; name a router that is built in',
  metricProviderPlugins:
    'metrics that ask it are refused; name a provider that is built in, such as web or job',
  stepPlugins: 'Rollouts with a step of it are refused; use an analysis step with a job or web metric',
};

/** One thing in the ConfigMap that somebody should know of. */
export interface PluginNote {
  readonly key: string;
  /** Absent: the whole key cannot be read. */
  readonly plugin?: string;
  /** It works here without its program. */
  readonly isBuiltIn: boolean;
  readonly reason: string;
}

/** What the ConfigMap's data asks for, compared with what is built in: no program is ever fetched or run. */
export function notesOnPlugins(data: Readonly<Record<string, string>>): readonly PluginNote[] {
  return Object.entries(data).flatMap(([key, text]) => {
    const refusal = refusals[key];
    const unreadable = (reason: string): PluginNote[] => [{ key, isBuiltIn: false, reason }];
    if (refusal === undefined) return unreadable(`is no key of plugins: ${Object.keys(refusals).join(', ')}`);
    let plugins: unknown;
    try {
      plugins = parse(text) ?? [];
    } catch (error) {
      return unreadable(`is no YAML: ${messageOf(error).split('\n')[0]}`);
    }
    if (!Array.isArray(plugins)) return unreadable('must be a list of plugins');
    return plugins.map((each: { name?: unknown } | null): PluginNote => {
      const plugin = String(each?.name ?? '');
      return key === 'trafficRouterPlugins' && plugin === gatewayApiKey
        ? { key, plugin, isBuiltIn: true, reason: 'the router is built in' }
        : { key, plugin, isBuiltIn: false, reason: refusal };
    });
  });
}

/** Reads the ConfigMap, if there is one, and says in the log what of it has no effect. Never fails: no release waits for it. */
export async function tellOfPlugins(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
  log: Log,
): Promise<void> {
  const facts = { namespace, configMap: pluginConfigName };
  try {
    const found = await cluster.get({ type: resources.configMaps, namespace, name: pluginConfigName });
    const { data = {} } = (found ?? {}) as KubeObject & { data?: Readonly<Record<string, string>> };
    for (const { key, plugin, isBuiltIn, reason } of notesOnPlugins(data)) {
      if (isBuiltIn) log.info('A plugin is not fetched.', { ...facts, key, plugin, reason });
      else log.warn('A plugin is not run.', { ...facts, key, plugin, reason });
    }
  } catch (error) {
    log.warn('The ConfigMap of plugins could not be read.', { ...facts, reason: messageOf(error) });
  }
}
