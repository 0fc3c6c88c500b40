// SPDX-License-Identifier: MIT
//
// A process that has this imported first has a clock that is wrong by CLOCK_SKEW milliseconds: whatever asks Date hears
// that. How fast time passes, and performance, are as they are.
const skew = Number(process.env.CLOCK_SKEW);

globalThis.Date = class Date extends globalThis.Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [Date.now()]));
  }

  static now() {
    return super.now() + skew;
  }
};
