// SPDX-License-Identifier: MIT
//
// ShellCounts: what the shell counts of what the hub never hears of. The rest of GET /metrics is the hub's.

export class ShellCounts {
  slowReaders = 0;
  coreStops = 0;
  /** HTTP requests that have no answer yet. */
  unanswered = 0;
  /** Sockets that were refused before the hub heard of them, by code. */
  readonly refused: Record<string, number> = {};
  /** HTTP answers by status. */
  readonly answers: Record<string, number> = {};

  refuse(code: string): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }

  answered(status: number): void {
    this.answers[status] = (this.answers[status] ?? 0) + 1;
  }
}
