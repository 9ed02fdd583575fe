import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { EndpointSlice, ReplicaSet, Service, TargetGroupBinding } from '../api/workloads.ts';
import type { RouterAnswer } from './traffic-router.ts';

/** Are the pods behind a Service registered with the load balancers that send it requests from outside the cluster? */
export interface TargetRegistration {
  /** Says at once what is known, and asks in the background; `heard` is called when there is more to say. */
  ask(pods: PodsToRegister, heard: () => void): RegistrationAnswer;
}

/** A Service, the ReplicaSet whose pods it should lead to, and where it leads to as the cluster says. */
export interface PodsToRegister {
  readonly rollout: Rollout;
  readonly service: Service;
  readonly replicaSet: ReplicaSet;
  /** Of the Service's namespace. */
  readonly bindings: readonly TargetGroupBinding[];
  /** Of the Service. */
  readonly slices: readonly EndpointSlice[];
}

/** False also as long as nobody knows; true when the Service is tied to no target group. */
export type RegistrationAnswer = Pick<RouterAnswer, 'news'> & { readonly verified: boolean };
