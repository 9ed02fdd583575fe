import { formatInstant } from '../../kernel/instant.ts';
import type { NotificationService, OutgoingMessage } from '../../ports/notification-service.ts';
import { blockOf, configInvalid, flag, optionalText, renderedJson, requiredText } from '../options.ts';
import { post } from '../post.ts';
import { authorization, headersOf } from './webhook.ts';

/**
 * CloudEvents 1.0 over HTTP (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
 * Ours: the peer has none. `mode: structured` (default) sends one JSON document, `binary` the attributes as headers. The pair of
 * source and id is the same for a second copy, so that a consumer can tell.
 */
export const cloudevents: NotificationService = {
  type: 'cloudevents',
  options: ['url', 'mode', 'source', 'headers', 'basicAuth', 'insecureSkipVerify'],
  async deliver(message, tools) {
    const mode = optionalText(message, 'mode') ?? 'structured';
    if (mode !== 'structured' && mode !== 'binary') {
      throw configInvalid(message.service, `mode must be structured or binary, not "${mode}"`);
    }
    const attributes = attributesOf(message);
    const data = renderedJson(blockOf(message, 'cloudevents')['data'], 'cloudevents.data') ?? dataOf(message);
    const headers = { ...headersOf(message), ...authorization(message) };
    await post(
      message,
      {
        url: requiredText(message, 'url'),
        insecure: flag(message, 'insecureSkipVerify'),
        ...(mode === 'structured'
          ? {
              headers: { ...headers, 'content-type': 'application/cloudevents+json; charset=utf-8' },
              body: JSON.stringify({ ...attributes, datacontenttype: 'application/json', data }),
            }
          : {
              headers: { ...headers, ...asHeaders(attributes), 'content-type': 'application/json' },
              body: JSON.stringify(data),
            }),
      },
      tools,
    );
  },
};

const abortSchema = 'https://sluice.dev/schemas/abort-record/v1.json';

function attributesOf(message: OutgoingMessage): Record<string, string> {
  const { kind = 'Rollout', namespace, name } = message.about;
  const block = blockOf(message, 'cloudevents');
  return {
    specversion: '1.0',
    id: message.idempotencyKey,
    source:
      optionalText(message, 'source') ??
      `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`,
    type: block['type'] ?? typeOf(message.trigger),
    subject: block['subject'] ?? `${namespace}/${name}`,
    time: formatInstant(message.at),
    ...(message.abortRecord !== undefined && block['data'] === undefined && { dataschema: abortSchema }),
  };
}

/** `on-rollout-aborted` is `io.sluice.rollout.aborted`, `on-scaling-replica-set` is `io.sluice.rollout.scaling-replica-set`. */
function typeOf(trigger: string): string {
  return `io.sluice.rollout.${trigger.replace(/^on-/, '').replace(/^rollout-/, '')}`;
}

/** The record of an abort as it is; of anything else what it is about and what there is to say. */
function dataOf({ abortRecord, about, trigger, message }: OutgoingMessage): object {
  return abortRecord ?? { rollout: about, trigger, message };
}

/** Attributes as headers: what is not printable ASCII, and quotes and percent signs, are percent-encoded (§3.1.3.2). */
function asHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      `ce-${name}`,
      value.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character)),
    ]),
  );
}
