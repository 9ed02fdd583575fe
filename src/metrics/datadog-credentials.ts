import { SluiceError } from '../kernel/errors.ts';
import type { ProviderDependencies } from './dependencies.ts';

export interface DatadogCredentials {
  readonly apiKey: string;
  readonly appKey: string;
  readonly address: string;
}

const defaultAddress = 'https://api.datadoghq.com';

/**
 * The keys to ask Datadog with: of the Secret that the metric names (and of no other), else of the environment, else of the
 * Secret `datadog` beside the controller.
 */
export async function datadogCredentials(
  ref: { readonly name?: string; readonly namespaced?: boolean } | undefined,
  runNamespace: string,
  { readSecret, datadog }: ProviderDependencies,
): Promise<DatadogCredentials> {
  const name = ref?.name ?? '';
  if (ref?.namespaced === true && name === '') {
    throw new SluiceError('METRIC_CONFIG_INVALID', 'secret name is required for namespaced credentials');
  }
  if (name === '' && datadog !== undefined) return withDefaults(datadog);
  const namespace = ref?.namespaced === true ? runNamespace : undefined;
  const secret = await readSecret(namespace, name === '' ? 'datadog' : name);
  const { 'api-key': apiKey = '', 'app-key': appKey = '', address = '' } = secret ?? {};
  if (apiKey === '' || appKey === '') {
    throw new SluiceError(
      'METRIC_CONFIG_INVALID',
      'failed to find the credentials for datadog metrics provider',
    );
  }
  return withDefaults({ apiKey, appKey, address });
}

function withDefaults(credentials: DatadogCredentials): DatadogCredentials {
  return { ...credentials, address: credentials.address === '' ? defaultAddress : credentials.address };
}
