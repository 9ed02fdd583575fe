import { isObject } from '../../json.ts';
import { validateLabels } from '../../metadata.ts';
import { type FieldError, notSupported, required } from '../../status.ts';
import { validateContainers } from './containers.ts';
import { validatePlacement } from './placement.ts';
import { validateVolumes } from './volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/**
 * What is wrong with a pod's spec, in a pod or in a template, in the words and the order of Kubernetes 1.34
 * (`ValidatePodSpec`). Not looked at: security contexts, DNS options, host ports, devices, sources of volumes of vendors.
 * @param allowed the restart policies that fit the owner of the template.
 */
export function validatePodSpec(
  spec: unknown,
  path: string,
  allowed = restartPolicies,
): readonly FieldError[] {
  if (!isObject(spec)) return [required(`${path}.containers`)];
  const errors: FieldError[] = [
    ...validateVolumes(spec.volumes, `${path}.volumes`),
    ...validateContainers(spec, path),
  ];
  const policy = `${path}.restartPolicy`;
  if (!restartPolicies.includes(String(spec.restartPolicy)))
    errors.push(notSupported(policy, spec.restartPolicy, restartPolicies));
  if (!dnsPolicies.includes(String(spec.dnsPolicy)))
    errors.push(notSupported(`${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies));
  errors.push(...validateLabels(spec.nodeSelector, `${path}.nodeSelector`), ...validatePlacement(spec, path));
  if (allowed !== restartPolicies && !allowed.includes(String(spec.restartPolicy)))
    errors.push(notSupported(policy, spec.restartPolicy, allowed));
  return errors;
}
