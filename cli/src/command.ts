// SPDX-License-Identifier: MIT
//
// What all commands share: --json, an option nobody knows is refused rather than ignored, and an unknown command is answered
// with the nearest one there is.
import { defineCommand, type ArgsDef, type CommandDef, type ParsedArgs } from 'citty';
import { NamedError } from '../../server/src/index';
import { nearest } from './nearest';

const common = { json: { type: 'boolean', description: 'Print JSON for programs' } } as const satisfies ArgsDef;

interface Command<T extends ArgsDef> {
  name: string;
  description: string;
  args?: T;
  run: (args: ParsedArgs<T & typeof common>) => Promise<void>;
}

export function command<const T extends ArgsDef>({ name, description, args, run }: Command<T>): CommandDef<T & typeof common> {
  const all = { ...args, ...common } as T & typeof common;
  return defineCommand({
    meta: { name, description },
    args: all,
    run: async (context) => {
      refuseUnknownOptions(name, context.rawArgs, all);
      await run(context.args as ParsedArgs<T & typeof common>);
    },
  });
}

function refuseUnknownOptions(name: string, raw: readonly string[], args: ArgsDef): void {
  const known = Object.keys(args);
  for (const text of raw) {
    const option = /^--(?:no-)?([^=]+)/.exec(text)?.[1];
    if (option === undefined || known.includes(option)) continue;
    const guess = nearest(option, known);
    const hint = guess ? `Did you mean --${guess}?` : `See ablo ${name} --help.`;
    throw new NamedError('unknown_option', `ablo ${name} has no option --${option}. ${hint}`);
  }
}

/** The command that the arguments name, and the words before its name. Throws if one of the words is unknown. */
export async function locate(root: CommandDef, args: readonly string[]): Promise<{ found: CommandDef; before: string[] }> {
  let found = root;
  const before: string[] = [];
  for (const name of args.filter((text) => !text.startsWith('-'))) {
    const commands = (await resolve(found.subCommands)) ?? {};
    const names = Object.keys(commands);
    if (names.length === 0) break;
    if (!names.includes(name)) {
      const guess = nearest(name, names);
      const hint = guess ? `Did you mean \`${guess}\`?` : `There are ${names.join(', ')}.`;
      throw new NamedError('unknown_command', `There is no command \`${name}\`. ${hint}`);
    }
    before.push((await resolve(found.meta))?.name ?? '');
    found = (await resolve(commands[name])) as CommandDef;
  }
  return { found, before };
}

function resolve<T>(value: T | (() => T)): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}
