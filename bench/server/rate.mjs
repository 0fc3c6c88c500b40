// SPDX-License-Identifier: MIT

/** Does it so often a second, whatever comes of it. Gives what ends it. */
export function atRate(perSecond, what) {
  const began = performance.now();
  let n = 0;
  const timer = setInterval(() => {
    while (n < ((performance.now() - began) / 1000) * perSecond) what(n++);
  }, 5);
  return () => clearInterval(timer);
}
