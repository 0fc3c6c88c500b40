// SPDX-License-Identifier: MIT
//
// Options that several commands have, and what is meant by what was typed.
import { NamedError } from '../../server/src/index';

export const schemaOption = {
  type: 'string',
  description: 'The schema file (default: ablo/schema.ts and the like)',
  valueHint: 'path',
} as const;

export const serverOption = {
  type: 'string',
  description: 'The server (default: ABLO_URL, else `ablo dev` on this machine)',
  valueHint: 'url',
} as const;

export const originOption = {
  type: 'string',
  description: 'Origins of pages that may connect, separated by commas',
  valueHint: 'origins',
} as const;

export function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new NamedError('invalid_arguments', `--${name} must be a number from 0 to 65535, not ${text}.`);
}

export function listOf(text = ''): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
