/** What is wrong with a port: a number, or the name of one (IANA's service names). Empty when it is fine. */
export function portProblem(port: unknown): readonly string[] {
  if (typeof port === 'number') return isPort(port) ? [] : ['must be between 1 and 65535, inclusive'];
  return portNameProblem(String(port));
}

export function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

/** As `portProblem`, for what must be a name. */
export function portNameProblem(name: string): readonly string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}
