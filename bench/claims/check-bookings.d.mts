// SPDX-License-Identifier: MIT

export interface BookingEntry {
  seq: number;
  kind: string;
  model: string;
  id: string;
  op: string;
  after: Record<string, unknown> | null;
  before: Record<string, unknown> | null;
  session?: string | null;
}

export function checkBookings(entries: readonly BookingEntry[]): {
  bookings: number;
  wrong: Record<'double' | 'fallen' | 'torn', string[]>;
};
