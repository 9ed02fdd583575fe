import type { AnalysisTemplate, TemplateRef } from '../../api/v1alpha1/analysis.ts';

/** Templates that may be referred to, by `templateKey`. A template that does not exist is absent or undefined. */
export type TemplateLookup = Readonly<Record<string, AnalysisTemplate | undefined>>;

export type ResolvedTemplates =
  | { readonly templates: readonly AnalysisTemplate[] }
  | {
      readonly error: string;
      /** The reference at fault stands in a template, not in the Rollout itself. */
      readonly nested: boolean;
    };

/** `AnalysisTemplate/name` or `ClusterAnalysisTemplate/name`. */
export function templateKey(ref: TemplateRef): string {
  return `${kindOf(ref)}/${ref.templateName ?? ''}`;
}

/**
 * Every template that the references lead to, each once: all namespaced ones first, then all of the cluster, whatever the
 * order of the references. A template that leads back to itself is refused.
 */
export function resolveTemplates(refs: readonly TemplateRef[], lookup: TemplateLookup): ResolvedTemplates {
  const found = new Map<string, AnalysisTemplate>();
  const visit = (ref: TemplateRef, trail: readonly string[]): ResolvedTemplates | undefined => {
    const key = templateKey(ref);
    const nested = trail.length > 0;
    if (trail.includes(key)) {
      return {
        error: `${kindOf(ref)} '${ref.templateName}' refers to itself: ${[...trail, key].join(' → ')}`,
        nested,
      };
    }
    if (found.has(key)) return undefined;
    const template = Object.hasOwn(lookup, key) ? lookup[key] : undefined;
    if (template === undefined)
      return { error: `${kindOf(ref)} '${ref.templateName ?? ''}' not found`, nested };
    found.set(key, template);
    return firstProblem(template.spec.templates, [...trail, key]);
  };
  const firstProblem = (some: readonly TemplateRef[] = [], trail: readonly string[]) => {
    for (const ref of some) {
      const problem = visit(ref, trail);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return firstProblem(refs, []) ?? { templates: namespacedFirst([...found.values()]) };
}

function kindOf(ref: TemplateRef): AnalysisTemplate['kind'] {
  return ref.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
}

function namespacedFirst(templates: readonly AnalysisTemplate[]): AnalysisTemplate[] {
  return [
    ...templates.filter(({ kind }) => kind !== 'ClusterAnalysisTemplate'),
    ...templates.filter(({ kind }) => kind === 'ClusterAnalysisTemplate'),
  ];
}
