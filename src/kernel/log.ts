/** Facts of a log line. The same fact has the same name everywhere: `namespace`, `rollout`, `revision`, `step`, `reason`. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where log lines go. Messages are constant sentences; what varies is a fact. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
