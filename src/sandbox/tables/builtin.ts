import type { TableShape } from '../resource.ts';

/** What `kubectl get` prints of the built-in kinds, by where they are stored. */
export const builtinTables: Readonly<Record<string, TableShape>> = {};
