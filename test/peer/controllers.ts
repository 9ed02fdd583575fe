import { join } from 'node:path';
import { freePorts, type Running, start } from '../real/support/processes.ts';
import type { PeerPrograms } from './build.ts';

/** Whose program it is. */
export type Whose = 'peer' | 'sluice';

/** Starts one of the two controllers as a process. `flags` come on top of the kubeconfig and ports of its own. */
export async function startController(
  whose: Whose,
  programs: PeerPrograms,
  {
    kubeconfig,
    namespace,
    log,
    flags = [],
  }: {
    readonly kubeconfig: string;
    /** Where it holds its Lease. */
    readonly namespace: string;
    readonly log: string;
    readonly flags?: readonly string[];
  },
): Promise<Running & { failure(): string | undefined }> {
  const [healthz, metrics] = await freePorts(2);
  const all = [
    ...['--kubeconfig', kubeconfig, '--loglevel', 'warn'],
    ...[`--healthzPort=${healthz}`, `--metricsPort=${metrics}`, ...flags],
  ];
  const environment = { POD_NAMESPACE: namespace };
  return whose === 'peer'
    ? start(programs.controller, all, log, environment)
    : start(process.execPath, [join('dist', 'sluice.js'), 'controller', ...all], log, environment);
}
