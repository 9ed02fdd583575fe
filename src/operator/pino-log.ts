import pino from 'pino';
import type { Facts, Log } from '../kernel/log.ts';
import type { LogLevel } from './config.ts';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Where the lines go. */
  readonly write: (line: string) => void;
}

/** One line an event: JSON for machines, or words and `name=value` for people. */
export function pinoLog({ level, format, write }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: undefined,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(format === 'json' ? line : textLine(line)) },
  );
  const at =
    (name: LogLevel) =>
    (message: string, facts: Facts = {}) =>
      logger[name](facts, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function textLine(line: string): string {
  const { time, level, message, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const words = Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${/^[^\s"=]+$/.test(String(value)) ? value : JSON.stringify(value)}`);
  return `${[time, String(level).toUpperCase().padEnd(5), message, ...words].join(' ')}\n`;
}
