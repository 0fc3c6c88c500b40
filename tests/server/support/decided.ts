// SPDX-License-Identifier: MIT
//
// What a commit comes to, for those who send it again, and then wait for its rows, until it is decided: as the hub does.
import type { Answer, Operation, Tenant } from './databases';

export async function decided(who: Tenant, operations: Operation[], more: object = {}): Promise<Answer> {
  const commit = who.asked(operations, more);
  for (;;) {
    const [receipt] = await who.batch([commit], { patient: true });
    if (receipt!.status !== 'blocked') return receipt!;
  }
}
