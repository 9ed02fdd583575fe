import { SluiceError } from '../../kernel/errors.ts';

/** Shorter texts are no secrets, and would be found everywhere. */
const shortestSecret = 4;

/** The text with no secret in it: a service may repeat what it was sent, as it stands in a URL or in base64 too. */
export function blotted(text: string, secrets: Readonly<Record<string, string>>): string {
  return Object.values(secrets)
    .flatMap((secret) => [secret, secret.trim()])
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .filter(({ length }) => length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, '*****'), text);
}

/** The same error, with no secret in what it says. */
export function blottedError(error: unknown, secrets: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof SluiceError)) return error;
  return new SluiceError(error.code, blotted(error.message, secrets), error.facts);
}
