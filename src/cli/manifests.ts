import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../api/meta.ts';
import { SluiceError } from '../kernel/errors.ts';

/** Every object in a YAML text of one or more documents; JSON is YAML too. `source` names the text in errors. */
export function parseManifests(text: string, source: string): KubeObject[] {
  return parseAllDocuments(text, { merge: true, uniqueKeys: true }).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      throw new SluiceError('SPEC_INVALID', `${source}: ${problem.message.trimEnd()}`, { source });
    }
    const object = document.toJS() as KubeObject | null;
    if (object === null) return [];
    if (typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') {
      throw new SluiceError('SPEC_INVALID', `${source}: a document without apiVersion and kind`, { source });
    }
    return [object];
  });
}
