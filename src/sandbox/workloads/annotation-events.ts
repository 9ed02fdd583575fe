import { controllerOf, type KubeObject, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { Log } from '../../kernel/log.ts';
import { annotationWarnings, hasSameAnnotations } from '../annotation-warnings.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';

/**
 * Tells of annotations that the sandbox cannot read, where whoever did not see the answer to the write looks next: in an event of the
 * object, and in the log. Objects that a controller made say nothing; what they were made from has said it.
 */
export function annotationEvents(log: Log): Controller {
  const untold: { readonly object: KubeObject; readonly message: string }[] = [];
  return {
    name: 'annotation-events',
    concerns({ type, object, previous }) {
      if (type === 'DELETED' || hasSameAnnotations(object, previous)) return [];
      if (controllerOf(object) !== undefined) return [];
      const before = previous === undefined ? [] : annotationWarnings(previous);
      const fresh = annotationWarnings(object).filter((message) => !before.includes(message));
      untold.push(...fresh.map((message) => ({ object, message })));
      return fresh.length === 0 ? [] : [everything];
    },
    reconcile(_namespace, _name, api) {
      for (const { object, message } of untold.splice(0)) {
        const { kind, metadata } = object;
        log.warn('an annotation of the sandbox is not read', {
          kind,
          namespace: metadata.namespace,
          name: metadata.name,
          problem: message,
        });
        recordEvent(api, object, {
          type: 'Warning',
          reason: 'AnnotationIgnored',
          message,
          component: 'sandbox',
        });
      }
      return undefined;
    },
  };
}

/** The one key that is looked at. */
const everything: ObjectKey = objectKey(undefined, 'everything');
