import { type ProviderKind, providerKinds } from '../measurement.ts';
import type { AnalysisTemplate, Metric } from '../v1alpha1/analysis.ts';
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
            `${template?.kind} '${template?.metadata.name}': ${unknownSource(provider, supported)}`,
          ),
        ),
    ),
  );
}

/** Why a metric's source cannot be asked, and what to do instead. */
export function unknownSource(provider: Metric['provider'], supported: readonly ProviderKind[]): string {
  const known = supported.filter((kind) => kind !== 'plugin').join(', ');
  const plugins = Object.keys(provider.plugin ?? {});
  if (plugins.length > 0) {
    return `metric plugin '${plugins.join("', '")}' is not supported, since Sluice runs no programs of others; serve the value over HTTP and ask for it by provider.web, or run the program by provider.job. Supported are: ${known}`;
  }
  const kind = providerKinds.find((candidate) => provider[candidate] !== undefined);
  return `metric provider '${kind ?? Object.keys(provider)[0]}' is not supported; supported are: ${known}`;
}
