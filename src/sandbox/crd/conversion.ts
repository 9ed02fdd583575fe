import type { KubeObject } from '../../api/meta.ts';
import { serviceName } from '../metadata.ts';
import {
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  StatusError,
} from '../status.ts';
import type { CrdSpec, WebhookClient } from './types.ts';

const at = 'spec.conversion';

/** What is wrong with how a definition says that objects get from one version to another. */
export function validateConversion(spec: CrdSpec): readonly FieldError[] {
  const { strategy = 'None', webhook } = spec.conversion ?? {};
  if (strategy !== 'None' && strategy !== 'Webhook')
    return [notSupported(`${at}.strategy`, strategy, ['None', 'Webhook'])];
  if (strategy === 'None') {
    const text = 'should not be set when strategy is not set to Webhook';
    return [
      ...(webhook?.clientConfig === undefined ? [] : [forbiddenField(`${at}.webhookClientConfig`, text)]),
      ...(webhook?.conversionReviewVersions === undefined
        ? []
        : [forbiddenField(`${at}.conversionReviewVersions`, text)]),
    ];
  }
  return [
    ...validateClient(webhook?.clientConfig),
    ...validateReviewVersions(webhook?.conversionReviewVersions ?? []),
    ...validateStored(spec),
  ];
}

function validateClient(client: WebhookClient | undefined): readonly FieldError[] {
  const path = `${at}.webhookClientConfig`;
  if (client === undefined) return [required(path, 'required when strategy is set to Webhook')];
  const { url, service } = client;
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')];
  if (url !== undefined) {
    const scheme = /^([a-z]*):/i.exec(url)?.[1] ?? '';
    if (scheme === 'https') return [];
    const text = "'https' is the only allowed URL scheme; desired format: https://host[/path]";
    return [invalidValue(`${path}.url`, scheme, text)];
  }
  return (['name', 'namespace'] as const)
    .filter((name) => (service?.[name] ?? '') === '')
    .map((name) => required(`${path}.service.${name}`));
}

const acceptedVersions = ['v1', 'v1beta1'];

function validateReviewVersions(versions: readonly string[]): readonly FieldError[] {
  const path = `${at}.conversionReviewVersions`;
  if (versions.length === 0) return [required(path)];
  const errors = versions.flatMap((version, index) => {
    const field = `${path}[${index}]`;
    if (versions.indexOf(version) < index) return [invalidValue(field, version, 'duplicate version')];
    const problem = serviceName(version);
    return problem === undefined ? [] : [invalidValue(field, version, problem)];
  });
  if (versions.some((version) => acceptedVersions.includes(version))) return errors;
  const text = `must include at least one of ${acceptedVersions.join(', ')}`;
  return [...errors, invalidValue(path, versions, text)];
}

/** Without a webhook, the stored version is the only one in which objects can be read and written. */
function validateStored({ versions = [] }: CrdSpec): readonly FieldError[] {
  if (versions.length < 2 || versions.some(({ storage, served }) => storage && served)) return [];
  const text = 'the sandbox calls no webhooks, so the version that is stored must be served';
  return [invalidValue(`${at}.strategy`, 'Webhook', text)];
}

/** Told to whoever writes a definition that needs a webhook. */
export function conversionWarnings({ conversion, versions }: CrdSpec): readonly string[] {
  if (conversion?.strategy !== 'Webhook' || versions.length < 2) return [];
  const stored = versions.find(({ storage }) => storage)?.name ?? '';
  return [`the sandbox calls no webhooks: objects can be read and written in version ${stored} only`];
}

/**
 * Brings an object into a version that only the definition's webhook could make of it: fails as the real server does
 * that cannot reach the webhook.
 */
export function failingConverter(apiVersion: string, spec: CrdSpec): (object: KubeObject) => KubeObject {
  return (object) => {
    if (object.apiVersion === apiVersion) return object;
    const { url, service } = spec.conversion?.webhook?.clientConfig ?? {};
    const { name = '', namespace = '', path = '/', port = 443 } = service ?? {};
    const address =
      url?.replace(/^(https:\/\/[^/]*)$/, '$1/') ?? `https://${name}.${namespace}.svc:${port}${path}`;
    const cause = service === undefined ? 'the sandbox calls no webhooks' : `service "${name}" not found`;
    const kind = `${object.apiVersion}, Kind=${object.kind}`;
    const text = `conversion webhook for ${kind} failed: Post "${address}?timeout=30s": ${cause}`;
    throw new StatusError(500, undefined, text);
  };
}
