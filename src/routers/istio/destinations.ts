import type { IstioDestination } from '../../api/routes.ts';
import type { Destination, Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { isExperimentService, type RoleServices, servicesOf } from '../services.ts';
import { type IstioRouting, istioOf } from './references.ts';
import type { IstioRoute } from './routes.ts';

/** Who may receive traffic from a route that we edit. */
export interface Receivers {
  readonly services: RoleServices;
  readonly subsets: IstioRouting['destinationRule'];
  /** Whose subsets these are: other hosts may have some of the same names. Undefined: not known. */
  readonly subsetHost: string | undefined;
  /** Weighted templates of the experiment that runs now. */
  readonly additional: readonly Destination[];
  readonly isOfExperiment: (service: string) => boolean;
}

/**
 * Whom a destination stands for. `kept`: somebody else, whom the user weighs himself. `leftover`: of an experiment that gets
 * no weight now.
 */
export type Role =
  | { readonly is: 'canary' | 'stable' | 'kept' | 'leftover' }
  | { readonly is: 'additional'; readonly wanted: Destination };

export function receiversOf(rollout: Rollout, split?: Split, subsetHost?: string): Receivers {
  return {
    services: servicesOf(rollout, split),
    subsets: istioOf(rollout).destinationRule,
    subsetHost,
    additional: split?.additional ?? [],
    isOfExperiment: (service) => isExperimentService(rollout, service),
  };
}

/** A subset says more than a host. Hosts are compared by their first label: `svc`, `svc.ns` and the full name are equal. */
export function roleOf({ services, subsets, ...more }: Receivers, destination: IstioDestination): Role {
  if (subsets !== undefined && destination.subset !== undefined && isOfRule(more.subsetHost, destination)) {
    if (destination.subset === subsets.canarySubsetName) return { is: 'canary' };
    if (destination.subset === subsets.stableSubsetName) return { is: 'stable' };
    if (subsets.additionalSubsetNames?.includes(destination.subset)) return { is: 'kept' };
  }
  const service = serviceNameOf(destination);
  if (service === '') return { is: 'kept' };
  if (service === services.canary) return { is: 'canary' };
  if (service === services.stable) return { is: 'stable' };
  const wanted = more.additional.find((candidate) => candidate.service === service);
  if (wanted !== undefined) return { is: 'additional', wanted };
  return { is: more.isOfExperiment(service) ? 'leftover' : 'kept' };
}

/** A rule for many hosts (`*.example.com`) may mean any of them. */
function isOfRule(subsetHost: string | undefined, destination: IstioDestination): boolean {
  if (subsetHost === undefined || subsetHost.startsWith('*')) return true;
  return serviceNameOf({ host: subsetHost }) === serviceNameOf(destination);
}

/** The Service that a host stands for: its first label. */
export function serviceNameOf({ host }: IstioDestination): string {
  return host.split('.')[0] ?? '';
}

/** What keeps a route from being edited, in the peer's words where the peer has some. */
export function destinationProblems(receivers: Receivers, route: IstioRoute): string[] {
  return (['canary', 'stable'] as const).flatMap((role) => presenceProblem(receivers, route, role));
}

function presenceProblem(receivers: Receivers, route: IstioRoute, role: 'canary' | 'stable'): string[] {
  const found = (route.route ?? []).filter(({ destination }) => roleOf(receivers, destination).is === role);
  const { subsets, services } = receivers;
  const word = role === 'canary' ? 'Canary' : 'Stable';
  const what =
    subsets === undefined
      ? `${word} Service '${services[role] ?? ''}'`
      : `${word} DestinationRule subset '${subsets[`${role}SubsetName`]}'`;
  if (found.length > 1) return [`${what} found more than once in route`];
  const isThere =
    subsets === undefined
      ? found.length === 1
      : found.some(({ destination }) => destination.subset === subsets[`${role}SubsetName`]);
  return isThere ? [] : [`${what} not found in route`];
}
