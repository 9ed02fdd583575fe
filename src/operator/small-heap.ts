import { setFlagsFromString } from 'node:v8';

/** As much of the process as a restart of the program needs. */
export interface Restartable
  extends Pick<NodeJS.Process, 'platform' | 'env' | 'execPath' | 'execArgv' | 'argv'> {
  /** Puts another program in the place of this one; only on POSIX. */
  readonly execve?: NodeJS.Process['execve'];
}

/**
 * Keeps the memory of the operator small. Measured in `docs/performance.md`. Before the rest of the program is loaded, which is a
 * burst as well. Does not come back when the program has to start again for it.
 */
export function keepMemorySmall(own: Restartable = process): void {
  allocateInOneArena(own);
  keepHeapSmall();
}

/**
 * Keeps the young generation at the size it starts with. An operator's garbage comes in bursts (a watch event, a decision, a write);
 * left to itself V8 answers each burst by doubling that space up to 16 MiB three times over and keeps it, which is more than all the
 * objects of 200 Rollouts. The old generation may grow by a third, not double, until it is collected.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}

/**
 * glibc gives each of Node's ten threads a heap of its own, and keeps what a burst has left in every one of them. How many there may
 * be is read only when a program starts, so it starts once more, as the same process; whoever sets the variable has decided. Libraries
 * that have one heap anyway, as in our image, do not look at it.
 */
export function allocateInOneArena({ platform, env, execPath, execArgv, argv, execve }: Restartable): void {
  if (platform !== 'linux' || env[arenasVariable] !== undefined) return;
  execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], {
    ...env,
    [arenasVariable]: '1',
    // what is free at the end of the heap goes back; without a number glibc makes this one grow
    MALLOC_TRIM_THRESHOLD_: '131072',
  });
}

const arenasVariable = 'MALLOC_ARENA_MAX';
