/** Forms of names in the Kubernetes API. */

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Name of a container, a volume, a namespace: at most 63 characters. */
export function isDnsLabel(text: string): boolean {
  return dnsLabel.test(text);
}

/** Name of a port: at most 15 characters, at least one letter, no two hyphens in a row. */
export function isPortName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(text) && /[a-z]/.test(text) && !text.includes('--');
}

/** Value of a label: empty, or at most 63 characters. */
export function isLabelValue(text: string): boolean {
  return text === '' || /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** Key of a label or annotation: `name` or `dns.prefix/name`. */
export function isQualifiedName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) as string;
  if (parts.length > 2 || !/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name)) return false;
  if (parts.length === 1) return true;
  const prefix = parts[0] as string;
  return prefix.length <= 253 && prefix.split('.').every(isDnsLabel);
}
