import {
  labelName,
  labelValueProblem,
  type NameRule,
  qualifiedNameProblem,
  serviceName,
  subdomainName,
} from '../metadata.ts';
import { matchesFormat } from './formats.ts';

/** A named format, as `format.dns1123Label()` gives it: why a text has it not. */
export class Format {
  readonly problem: NameRule;
  constructor(problem: NameRule) {
    this.problem = problem;
  }
}

const said =
  (format: string, problem: string): NameRule =>
  (text) =>
    matchesFormat(format, text) ? undefined : problem;

/** A name that is only begun may end in a hyphen. */
const begun =
  (rule: NameRule): NameRule =>
  (text) =>
    rule(text.replace(/-$/, 'a'));

/** All that there are. */
export const namedFormats: Readonly<Record<string, Format>> = {
  dns1123Label: new Format(labelName),
  dns1123Subdomain: new Format(subdomainName),
  dns1035Label: new Format(serviceName),
  qualifiedName: new Format(qualifiedNameProblem),
  dns1123LabelPrefix: new Format(begun(labelName)),
  dns1123SubdomainPrefix: new Format(begun(subdomainName)),
  dns1035LabelPrefix: new Format(begun(serviceName)),
  labelValue: new Format(labelValueProblem),
  uri: new Format(said('uri', 'invalid URI')),
  uuid: new Format(said('uuid', 'does not match the UUID format')),
  byte: new Format(said('byte', 'invalid base64')),
  date: new Format(said('date', 'invalid date')),
  datetime: new Format(said('datetime', 'invalid datetime')),
};
