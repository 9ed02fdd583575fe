/** A difference from a real API server that is known and left as it is. Its sentence stands in docs/deviations.md. */
export interface Deviation {
  readonly why: string;
  /** Which pointers it explains. */
  readonly at: RegExp;
  /** Which step it explains; all when absent. */
  readonly step?: string;
}

export const deviations: readonly Deviation[] = [
  {
    why: 'Times of a condition that were never set are left out; the real server writes null and records an owner.',
    at: /\/(f:)?last(TransitionTime|UpdateTime|ProbeTime)$/,
  },
  {
    why: 'A body of another kind is refused for its kind, before anything else that is wrong with it.',
    at: /\/message$/,
    step: 'create the wrong kind',
  },
  {
    why: 'A refusal that quotes a whole object quotes it as JSON in the order of its members, not as Go prints it.',
    at: /\/message$/,
    step: 'the wrong type',
  },
  {
    why: 'A refusal that quotes a whole object quotes it as JSON in the order of its members, not as Go prints it.',
    at: /\/message$/,
    step: 'change the template of a job',
  },
  {
    why: 'A refused change of a pod does not show the difference as Go prints it.',
    at: /\/message$/,
    step: 'replace its containers',
  },
  {
    why: 'Labels sent through the status door of a custom resource are not recorded as owned; they are dropped either way.',
    at: /\/managedFields\/\d\/fieldsV1\/f:metadata$/,
  },
  {
    why: 'A continue token that the server did not make is refused in other words.',
    at: /\/message$/,
    step: 'a wrong token',
  },
  {
    why: 'A rule that is no CEL is refused in the words of another parser.',
    at: /\/message$/,
    step: 'a rule that cannot be parsed',
  },
];
