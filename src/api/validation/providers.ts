import { type ProviderKind, providerKinds } from '../measurement.ts';
import type { AnalysisTemplate } from '../v1alpha1/analysis.ts';
import { type FieldError, unsupported } from './field-error.ts';

/** A metric whose source nothing here can ask would end every analysis in Error: it is refused before traffic moves. */
export function validateProviders(
  templates: Readonly<Record<string, AnalysisTemplate | undefined>>,
  supported: readonly ProviderKind[] = providerKinds,
): FieldError[] {
  return Object.values(templates).flatMap((template) =>
    (template?.spec.metrics ?? []).flatMap(({ provider }, index) =>
      providerKinds
        .filter((kind) => provider?.[kind] !== undefined && !supported.includes(kind))
        .map((kind) =>
          unsupported(
            `spec.metrics[${index}].provider.${kind}`,
            kind,
            `${template?.kind} '${template?.metadata.name}' asks a metric source that this version of Sluice does not know; it knows ${supported.join(', ')}`,
          ),
        ),
    ),
  );
}
