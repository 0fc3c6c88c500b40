// SPDX-License-Identifier: MIT
//
// Options as they are typed, and as they are meant.
import { NamedError } from '../../server/src/index';

export function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new NamedError('unknown_option', `--${name} must be a number from 0 to 65535, not ${text}.`);
}

export function listOf(text = ''): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
