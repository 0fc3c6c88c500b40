// SPDX-License-Identifier: MIT
//
// listen: a connection that does nothing but LISTEN, as a pool's may be anybody's. When it breaks it is made again; what was
// told meanwhile is not heard. A pooler that lends a connection for one transaction only lets nothing through here.
import pg from 'pg';

const kAgain = 1_000; // ms after it broke

/** Ends when the function it gives is called. */
export function listen(
  options: pg.ClientConfig, channel: string, heard: (message: string) => void,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = async () => {
    const mine = new pg.Client(options);
    const lost = () => {
      if (client !== mine) return;
      client = undefined;
      void mine.end().catch(() => {});
      if (!stopped) again = setTimeout(connect, kAgain).unref();
    };
    client = mine;
    mine.on('notification', ({ payload }) => heard(payload ?? ''));
    mine.on('error', lost);
    mine.on('end', lost);
    try {
      await mine.connect();
      await mine.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch {
      lost();
    }
  };

  void connect();
  return async () => {
    stopped = true;
    clearTimeout(again);
    await client?.end().catch(() => {});
  };
}
