import type { ConfigProblem, NotificationConfig, ServiceConfig } from '../../core/notifications/config.ts';
import { spelled } from '../../core/notifications/spelled.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { NotificationServices } from '../../ports/notification-service.ts';

/**
 * What is wrong with the services of a configuration, found before a message goes out: a type or an option that there is not, and
 * options that are taken and have no effect. Whoever configures a service hears of it at once, not with the first message.
 */
export function serviceProblems(
  { services }: Pick<NotificationConfig, 'services'>,
  supported: NotificationServices,
): readonly ConfigProblem[] {
  return [...services].flatMap(([name, config]) => {
    const key = name === config.type ? `service.${name}` : `service.${config.type}.${name}`;
    const refusal = refusalOf(config, supported);
    const messages = [
      ...(refusal === undefined ? retryProblems(name, config, supported) : [refusal]),
      ...withoutEffect(config, supported),
    ];
    return messages.map((message) => ({ key, message }));
  });
}

/** The options under the names that we spell them with. */
export function optionsOf(
  { type, options }: ServiceConfig,
  supported: NotificationServices,
): ServiceConfig['options'] {
  const service = supported.get(type);
  return spelled(options, [...(service?.options ?? []), ...Object.keys(service?.withoutEffect ?? {})]);
}

/** Why no message can go to the service; undefined when nothing stands against it. */
export function refusalOf(config: ServiceConfig, supported: NotificationServices) {
  const { type } = config;
  const service = supported.get(type);
  if (service === undefined) {
    const known = [...supported.keys()].sort().join(', ');
    return `services of type "${type}" are not supported; there are ${known}. What takes HTTP can be reached by a webhook`;
  }
  const unknown = Object.keys(optionsOf(config, supported)).find(
    (option) => !service.options.includes(option) && service.withoutEffect?.[option] === undefined,
  );
  if (unknown === undefined) return undefined;
  return `${unknown} is no option of ${type}; it has ${service.options.join(', ')}`;
}

function withoutEffect(config: ServiceConfig, supported: NotificationServices): readonly string[] {
  const reasons = supported.get(config.type)?.withoutEffect ?? {};
  return Object.keys(optionsOf(config, supported))
    .filter((option) => Object.hasOwn(reasons, option))
    .map((option) => `${option} has no effect: ${reasons[option]}`);
}

function retryProblems(
  service: string,
  config: ServiceConfig,
  supported: NotificationServices,
): readonly string[] {
  try {
    supported.get(config.type)?.retryLimits?.({ service, options: optionsOf(config, supported) });
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
