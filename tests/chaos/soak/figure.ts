// SPDX-License-Identifier: MIT
//
// Figure: whether a soak holds, as the one line that machines read. A server that does nothing has no leak either, so what
// has to have happened is bounded from below.
import type { Soaked, SoakOptions } from './run';

const kJudged = 5; // minutes; before that a process is still warming up
const kCut = 2; // minutes; by then who stopped reading for 75 s has fallen behind and was ended

export function figureOf({ minutes, sockets, rate }: SoakOptions, values: Soaked) {
  const seconds = minutes * 60;
  const least = {
    live: Math.ceil(sockets * 0.95), // one that was cut may be on its way back
    sent: Math.floor((rate * seconds) / 2),
    confirmed: Math.floor(values.sent * 0.9),
    resumes: 1,
    frames: sockets,
    measured: Math.floor(values.confirmed / 2),
    ...(minutes >= kCut && { dropped: 1 }),
  };
  const most = {
    gaps: 0, cut: 0, crashes: 0, rejected: 0, appliedP99Ms: 2_000,
    ...(minutes >= kJudged && { slopeMiBPerMinute: 1 }),
  };
  const each = (bounds: object, holds: (value: number, bound: number) => boolean) =>
    Object.entries(bounds).every(([name, bound]) => holds(values[name as keyof Soaked], bound as number));
  const holds = each(least, (value, bound) => value >= bound) && each(most, (value, bound) => value <= bound);
  return { figure: 'soak', holds, values, bounds: { ...most, ...least } };
}
