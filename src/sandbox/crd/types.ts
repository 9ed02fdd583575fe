import type { KubeObject } from '../../api/meta.ts';
import { isObject } from '../json.ts';
import type { ScalePaths } from '../resource.ts';
import type { Schema } from '../schema/schema.ts';
import type { PrinterColumn } from '../tables/custom.ts';

export const crdStorage = 'customresourcedefinitions.apiextensions.k8s.io';

/** Keeps a definition that is being deleted until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export interface CrdNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface CrdSpec {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: CrdNames;
  readonly versions: readonly CrdVersion[];
  readonly preserveUnknownFields?: boolean;
  readonly conversion?: {
    readonly strategy?: string;
    readonly webhook?: {
      readonly conversionReviewVersions?: readonly string[];
      readonly clientConfig?: WebhookClient;
    };
  };
}

/** Where a webhook is reached; one of the two. */
export interface WebhookClient {
  readonly url?: string;
  readonly service?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly path?: string;
    readonly port?: number;
  };
}

export function isCrd(value: unknown): value is KubeObject {
  return isObject(value) && value.kind === 'CustomResourceDefinition';
}
