import { homedir } from 'node:os';

/** Whose home it is: `HOME`, else what the system knows of the user. Undefined where it knows nothing, as of a number in a container. */
export function homeFolder({ HOME: home }: { readonly HOME?: string | undefined }): string | undefined {
  if (home !== undefined && home !== '') return home;
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
