// SPDX-License-Identifier: MIT
//
// Where a client says what nobody was there to be told. Quiet unless something is wrong.

export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

export const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

export function makeLogger(to: Logger = console, least: LogLevel = 'warn'): Logger {
  const at =
    (level: Exclude<LogLevel, 'silent'>) =>
    (message: string, ...details: unknown[]) => {
      if (levels.indexOf(level) >= levels.indexOf(least)) to[level](`[ablo] ${message}`, ...details);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
