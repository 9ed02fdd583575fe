/** Where in a file something stands; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning';

/** One thing that is wrong with a file, and what to do about it. */
export interface Finding extends Position {
  readonly file: string;
  readonly severity: Severity;
  /** The object it is about; empty when the file cannot be read as objects. */
  readonly kind: string;
  readonly name: string;
  /** `spec.metrics[0].successCondition`; empty when it is about the whole document. */
  readonly field: string;
  readonly message: string;
  readonly fix: string;
  /** Lines that show the place, such as a condition with a caret under it. */
  readonly excerpt?: readonly string[];
}

/** What a check finds, before the file and the line are looked up. */
export type Complaint = Pick<Finding, 'severity' | 'field' | 'message' | 'fix' | 'excerpt'>;

export function error(field: string, message: string, fix: string, excerpt?: readonly string[]): Complaint {
  return { severity: 'error', field, message, fix, ...(excerpt && { excerpt }) };
}

export function warning(field: string, message: string, fix: string): Complaint {
  return { severity: 'warning', field, message, fix };
}
