// SPDX-License-Identifier: MIT
//
// Durations as people write them: a number is seconds, text names its unit (500ms, 30s, 3m, 24h).
import { abloError } from './errors/errors';

export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** In milliseconds, if it is given. `param` names the option in the error. */
export function milliseconds(duration: Duration | undefined, param: string): number | undefined {
  if (duration === undefined) return undefined;
  const [, amount, unit = ''] =
    typeof duration === 'number' ? [0, duration, 's'] : (/^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration) ?? []);
  const result = Number(amount) * units[unit]!;
  if (!(result >= 0) || !Number.isFinite(result))
    throw abloError('duration_invalid', `${param}: ${String(duration)}.`, { param });
  return result;
}
