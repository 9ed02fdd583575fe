import type { Condition, KubeObject, LabelSelector } from './meta.ts';

/** The slices of `core/v1`, `apps/v1` and `batch/v1` that Sluice looks into. Members not named here pass through untouched. */

export interface PodTemplateSpec {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: PodSpec;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
  affinity?: Record<string, unknown>;
  [member: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  [member: string]: unknown;
}

export interface ReplicaSet extends KubeObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector: LabelSelector;
    template: PodTemplateSpec;
  };
  status?: {
    replicas?: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    observedGeneration?: number;
    conditions?: Partial<Condition>[];
  };
}

export interface Pod extends KubeObject {
  spec?: PodSpec;
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    reason?: string;
    message?: string;
    podIP?: string;
    startTime?: string;
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  image?: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { reason?: string; exitCode: number; signal?: number };
  };
}

export interface Service extends KubeObject {
  spec: {
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
    [member: string]: unknown;
  };
}

/** Addresses behind a Service, all of one family; a Service may have several. */
export interface EndpointSlice extends KubeObject {
  addressType?: string;
  endpoints?: {
    addresses: string[];
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
    targetRef?: { kind: string; name: string };
  }[];
  /** Named as the Service's ports, with the numbers that the pods listen on. */
  ports?: { name?: string; port?: number }[];
}

/** What ties a Service's port to an AWS target group (`elbv2.k8s.aws`). */
export interface TargetGroupBinding extends KubeObject {
  spec: {
    serviceRef: { name: string; port: number | string };
    targetGroupARN?: string;
    targetType?: string;
    ipAddressType?: string;
    [member: string]: unknown;
  };
}

export interface Secret extends KubeObject {
  /** Values are base64. */
  data?: Record<string, string>;
}

/** The slice of a Job that a measurement looks into. */
export interface Job extends KubeObject {
  spec: { selector?: LabelSelector; template: PodTemplateSpec; [field: string]: unknown };
  status?: { conditions?: { type: string; status: string }[] };
}

/** How a Job has ended; undefined while it may still do either. */
export function jobEnd({ status }: Job): 'Complete' | 'Failed' | undefined {
  for (const { type, status: isSo } of status?.conditions ?? []) {
    if (isSo === 'True' && (type === 'Complete' || type === 'Failed')) return type;
  }
  return undefined;
}
