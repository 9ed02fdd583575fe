import { SluiceError } from '../kernel/errors.ts';
import type { Host } from './verb.ts';

/** A file's text; `-` is standard input. Throws NOT_FOUND when there is no such file. */
export async function textOfFile({ readFile }: Pick<Host, 'readFile'>, path: string): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EISDIR') throw new SluiceError('NOT_FOUND', `${path} is a directory, not a file`, { path });
    if (code !== 'ENOENT') throw error;
    throw new SluiceError('NOT_FOUND', `there is no file ${path}`, { path });
  }
}
