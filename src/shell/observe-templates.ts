import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisTemplate, TemplateRef } from '../api/v1alpha1/analysis.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { analysesOf } from '../api/v1alpha1/rollout-analyses.ts';
import { type TemplateLookup, templateKey } from '../core/analysis/templates.ts';
import type { ObjectSource } from '../ports/object-source.ts';

export interface ObservedTemplates {
  readonly found: TemplateLookup;
  readonly references: readonly ObjectRef[];
}

/** Every analysis template that the Rollout leads to, through other templates too. */
export function observeTemplates(rollout: Rollout, objects: ObjectSource): ObservedTemplates {
  return followTemplates(templateRefsOf(rollout), rollout.metadata.namespace, objects);
}

/** The same from any references. A namespaced template is looked up where its user is, whoever leads to it. */
export function followTemplates(
  refs: readonly TemplateRef[],
  namespace: string | undefined,
  objects: ObjectSource,
): ObservedTemplates {
  const found: Record<string, AnalysisTemplate | undefined> = {};
  const references: ObjectRef[] = [];
  const rest = [...refs];
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const key = templateKey(next);
    if (Object.hasOwn(found, key)) continue; // each once, so a circle ends
    const ref = objectRefOf(next, namespace);
    const template = objects.get<AnalysisTemplate>(ref);
    found[key] = template;
    references.push(ref);
    rest.push(...(template?.spec.templates ?? []));
  }
  return { found, references };
}

/** The types to follow before templates are observed: both, since one can lead to the other. */
export function templateTypes(rollout: Rollout): readonly ResourceType[] {
  const hasTemplates = templateRefsOf(rollout).length > 0;
  return hasTemplates ? [resources.analysisTemplates, resources.clusterAnalysisTemplates] : [];
}

function objectRefOf(
  { templateName = '', clusterScope }: TemplateRef,
  namespace: string | undefined,
): ObjectRef {
  return clusterScope === true
    ? { type: resources.clusterAnalysisTemplates, namespace: undefined, name: templateName }
    : { type: resources.analysisTemplates, namespace, name: templateName };
}

/** Everywhere that a Rollout can name a template. */
function templateRefsOf(rollout: Rollout): readonly TemplateRef[] {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  return [
    ...analysesOf(rollout).flatMap(({ analysis }) => analysis.templates ?? []),
    ...steps.flatMap(({ experiment }) => experiment?.analyses ?? []),
  ];
}
