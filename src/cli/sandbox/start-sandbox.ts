import type { KubeObject } from '../../api/meta.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import { providerRegistry } from '../../metrics/registry.ts';
import { notificationSettings } from '../../operator/notifications.ts';
import { routers } from '../../routers/registry.ts';
import { createWorld, type World } from '../../sandbox/world.ts';
import { startControllers } from '../../shell/controllers.ts';
import { simulatedHttp } from '../../sim/simulated-http.ts';

/** The embedded cluster with the operator in it. */
export interface Sandbox {
  readonly world: World;
  stop(): Promise<void>;
}

export interface SandboxOptions {
  readonly crds: readonly KubeObject[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Starts the cluster and the operator. Whatever address a template names, the embedded Prometheus answers; notifications go where the
 * ConfigMap in the namespace default says.
 */
export async function startSandbox({ crds, clock, random, log }: SandboxOptions): Promise<Sandbox> {
  const world = createWorld({ clock, random: random.fork('world'), log, chance: true });
  for (const crd of crds) world.server.installCrd(crd);
  const controllers = startControllers({
    cluster: world.cluster,
    routers,
    providers: providerRegistry({
      http: simulatedHttp(world),
      evaluateInstant: (_, now) => now,
      readSecret: async () => undefined,
      clock,
      jobs: { cluster: world.cluster },
    }),
    clock,
    random: random.fork('operator'),
    log,
    notifications: notificationSettings({ clock, namespace: 'default', isSelfService: false }),
  });
  await controllers.started;
  return {
    world,
    async stop() {
      await controllers.stop();
      world.stop();
    },
  };
}
