import { nearest } from '../api/nearest.ts';
import { SluiceError } from '../kernel/errors.ts';

/** Variables of the peer's and our own names that are read. Others with those beginnings are refused: they would be ignored. */
const known = [
  'ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG',
  'ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE',
  'ARGO_ROLLOUTS_PROMETHEUS_ADDRESS',
  'ROLLOUT_VERIFY_RETRY_INTERVAL',
];
const beginnings = /^(ARGO_ROLLOUTS_|SLUICE_|ROLLOUT_)/;
/** What Kubernetes itself tells each pod of the Services beside it, such as `ARGO_ROLLOUTS_METRICS_SERVICE_HOST`. */
const serviceLink =
  /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** Refuses variables that look like settings of the controller and are none, and values that make no sense. */
export function checkEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(environment)) {
    if (!beginnings.test(name) || known.includes(name) || serviceLink.test(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new SluiceError('CONFIG_INVALID', `Unknown environment variable ${name}.${hint}`, {
      variable: name,
    });
  }
  const interval = environment.ROLLOUT_VERIFY_RETRY_INTERVAL;
  if (interval !== undefined && !/^\d*$/.test(interval)) {
    throw new SluiceError(
      'CONFIG_INVALID',
      `ROLLOUT_VERIFY_RETRY_INTERVAL must be a number of seconds, not "${interval}".`,
      { variable: 'ROLLOUT_VERIFY_RETRY_INTERVAL' },
    );
  }
}

/** Variables of the peer that were given and have no effect here; told at start. */
export function environmentWithoutEffect(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  // AWS is asked again at the pace of its own limits; the peer's own parser ignores every valid number
  return environment.ROLLOUT_VERIFY_RETRY_INTERVAL ? ['ROLLOUT_VERIFY_RETRY_INTERVAL'] : [];
}
