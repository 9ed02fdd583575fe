import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, root, type SandboxProcess, startSandboxProcess } from './support/sandbox-process.ts';

interface Block {
  /** `sh`, `text`, or `yaml FILE` */
  readonly kind: string;
  readonly text: string;
}

/** The fenced blocks of the document, in order: files, commands, and what the commands before them print. */
function blocksOf(document: string): Block[] {
  return [...document.matchAll(/^```(\S.*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
}

const lines = (text: string) => text.trimEnd().split('\n');

/** Which states `status` shows on the way to the last depends on when it looks. */
const isNoPassingState = (line: string, index: number, all: readonly string[]) =>
  !/^(Progressing|Paused) - /.test(line) || index === all.length - 1;

/** What a new user does who follows `docs/sandbox.md` with a kubectl: every fenced command, in order, and its output. */
describe('docs/sandbox.md, followed to the letter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-doc-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const blocks = blocksOf(readFileSync(join(root, 'docs/sandbox.md'), 'utf8'));
  let sandbox: SandboxProcess;

  beforeAll(async () => {
    sandbox = await startSandboxProcess(kubeconfig, join(folder, 'log'));
    for (const { kind, text } of blocks) {
      if (kind.startsWith('yaml ')) writeFileSync(join(folder, kind.slice('yaml '.length)), text);
    }
  });
  afterAll(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** In a shell where `npm run -s sluice --` is the command itself. */
  function run(commands: string): Promise<string> {
    const script = `npm() { shift 4; "${process.execPath}" "${main}" "$@"; }\n${commands}`;
    const env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      METRICS: `http://127.0.0.1:${sandbox.metricsPort}`,
      TERM: 'dumb',
    };
    return new Promise((resolve) => {
      execFile('bash', ['-c', script], { cwd: folder, env, timeout: 90_000 }, (_, stdout) => resolve(stdout));
    });
  }

  test('every command prints what the page says', async () => {
    const commands = blocks.filter(({ kind }) => kind === 'sh');
    expect(commands.length).toBeGreaterThan(5);
    for (const block of commands) {
      const expected = blocks[blocks.indexOf(block) + 1];
      const printed = lines(await run(block.text));
      expect({ commands: block.text, printed: printed.filter(isNoPassingState) }).toEqual({
        commands: block.text,
        printed: lines(expected?.text ?? '').filter(isNoPassingState),
      });
    }
  }, 300_000);
});
