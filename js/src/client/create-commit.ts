// SPDX-License-Identifier: MIT
//
// `ablo.commits.create`: operations on several rows that land together or not at all.
import { abloError } from '../errors/errors';
import { randomId } from '../platform';
import type { Commits } from './commits';
import type { CommitInput, Operation, Receipt } from './types';

export function createCommit(commits: Commits, { operation, operations, ...options }: CommitInput): Promise<Receipt> {
  if (operation && operations)
    return Promise.reject(
      abloError('write_options_invalid', 'Give operation or operations, not both.', { param: 'operation' }),
    );
  const list = (operations ?? (operation ? [operation] : [])).map(
    ({ action, id = action === 'create' ? randomId() : '', ...rest }): Operation => ({ op: action, id, ...rest }),
  );
  return commits.write(list, { wait: 'confirmed', ...options }, (receipt) => receipt);
}
