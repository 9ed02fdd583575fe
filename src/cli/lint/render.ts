import type { Colors } from 'picocolors/types.js';
import type { Finding } from './finding.ts';

/** The findings as compilers print them, so that editors find the place; each with what to do. */
export function renderFindings(findings: readonly Finding[], colors: Colors): string {
  return findings.map((finding) => renderFinding(finding, colors)).join('');
}

function renderFinding(finding: Finding, colors: Colors): string {
  const { file, line, column, severity, kind, name, field, message, fix, excerpt = [] } = finding;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const subject = [`${kind} ${name}`.trim(), field].filter((text) => text !== '').join(': ');
  const [shown, carets] = excerpt;
  return [
    `${colors.bold(`${file}:${line}:${column}:`)} ${paint(severity)}: ${subject === '' ? '' : `${subject}: `}${message}`,
    ...(shown === undefined ? [] : [`    ${shown}`]),
    ...(carets === undefined ? [] : [`    ${paint(carets)}`]),
    `    ${colors.dim('fix:')} ${fix}`,
    '',
  ].join('\n');
}

/** `2 errors, 1 warning in 3 files`. */
export function summaryOf(findings: readonly Finding[], files: number): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  return `${counted(errors, 'error')}, ${counted(warnings, 'warning')} in ${counted(files, 'file')}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
