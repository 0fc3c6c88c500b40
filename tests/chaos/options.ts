// SPDX-License-Identifier: MIT
//
// What a run is asked to do, from the command line.
import { parseArgs } from 'node:util';
import { planted, type Planted } from './planted';

export interface ChaosOptions {
  kills: number;
  postmasterKills: number;
  servers: number;
  seed: number;
  /** Confirmed writes there have to be. */
  writes: number;
  /** Writes a second, of all clients together. */
  rate: number;
  processes: number;
  writers: number;
  /** Keeps the history whatever comes out. */
  keep: boolean;
  /** A bug that is to be found. */
  plant: Planted | undefined;
}

const kHelp = `npm run chaos -- [options]

Ends real servers and a real Postgres under real clients, again and again, then holds everything that was seen and
confirmed against what is in the database.

  --kills N             so many times a server is ended by SIGKILL          (100)
  --postmaster-kills N  so many times Postgres is, with all its sessions     (10; 1 if quick)
  --servers 1|2         servers on the one Postgres                          (1)
  --writes N            confirmed writes there have to be                    (200 for each kill)
  --rate N              writes a second, of all clients together             (400)
  --seed N              decides what is written and what goes wrong; how it interleaves it does not decide
  --quick               6 kills, fewer clients
  --plant BUG           puts a known bug into the database: it has to be found
  --keep                the history is kept even if everything holds
  --json                only the last line
`;

/** What was asked for; undefined: how to ask. */
export function chaosOptions(args: readonly string[]): { options: ChaosOptions; json: boolean } | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: text, 'postmaster-kills': text, servers: text, writes: text, rate: text, seed: text, plant: text,
      quick: flag, keep: flag, json: flag, help: { ...flag, short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(kHelp);
  const { quick } = values;
  const kills = count('kills', values.kills, quick ? 6 : 100);
  const servers = count('servers', values.servers, 1);
  if (servers < 1 || servers > 2) throw new Error('--servers is 1 or 2.');
  const plant = values.plant === undefined ? undefined : planted[values.plant];
  if (values.plant !== undefined && !plant) throw new Error(`--plant is one of ${Object.keys(planted).join(', ')}.`);
  const options = {
    kills,
    servers,
    postmasterKills: count('postmaster-kills', values['postmaster-kills'], quick ? 1 : 10),
    writes: count('writes', values.writes, 200 * kills),
    rate: count('rate', values.rate, 400),
    seed: count('seed', values.seed, Date.now() % 1_000_000),
    processes: quick ? 1 : 2,
    writers: quick ? 4 : 5,
    keep: values.keep,
    plant,
  };
  return { options, json: values.json };
}

export function count(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is a number.`);
  return value;
}
