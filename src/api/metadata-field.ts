import type { ObjectMeta } from './meta.ts';
import { isQualifiedName } from './names.ts';

/**
 * A field of an object's metadata by the rules of the downward API: `metadata.name`, `metadata.labels`,
 * `metadata.annotations['key']`. A missing label or annotation is the empty text.
 */
export function metadataField(metadata: ObjectMeta, path: string): string | { readonly error: string } {
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/s.exec(path);
  if (subscript !== null) return keyed(metadata, subscript[1] as string, subscript[2] as string);
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    default:
      return { error: `unsupported fieldPath: ${path}` };
  }
}

function keyed(metadata: ObjectMeta, field: string, key: string): string | { error: string } {
  const values = field === 'metadata.labels' ? metadata.labels : metadata.annotations;
  const lookedUp = field === 'metadata.labels' ? key : key.toLowerCase();
  if (!isQualifiedName(lookedUp)) return { error: `invalid key subscript in ${field}: ${key}` };
  return values !== undefined && Object.hasOwn(values, key) ? (values[key] as string) : '';
}

/** One `key="value"` a line, in the order of the keys. */
function formatMap(values: Record<string, string> = {}): string {
  return Object.keys(values)
    .sort()
    .map((key) => `${key}=${JSON.stringify(values[key])}`)
    .join('\n');
}
