// SPDX-License-Identifier: MIT
//
// What all commands share: --json, an option nobody knows is refused rather than ignored, and an unknown command is
// answered with the nearest one there is.
import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand, type ArgsDef, type CommandDef, type ParsedArgs } from 'citty';
import { NamedError } from '../../server/src/index';
import { nearest } from './nearest';
import { paint } from './terminal';

const common = { json: { type: 'boolean', description: 'Print JSON for programs' } } as const satisfies ArgsDef;

interface Command<T extends ArgsDef> {
  name: string;
  description: string;
  args?: T;
  run: (args: ParsedArgs<T & typeof common>) => Promise<void>;
}

export function command<const T extends ArgsDef>(definition: Command<T>): CommandDef<T & typeof common> {
  const { name, description, args, run } = definition;
  const all = { ...args, ...common } as T & typeof common;
  return defineCommand({
    meta: { name, description },
    args: all,
    run: async (context) => {
      refuseUnknownOptions(name, context.rawArgs, all);
      refuseExtraWords(name, context.args._, all);
      await run(context.args as ParsedArgs<T & typeof common>);
    },
  });
}

function refuseUnknownOptions(name: string, raw: readonly string[], args: ArgsDef): void {
  const known = Object.keys(args);
  const short = raw.find((text) => /^-[^-]/.test(text) && text !== '-h');
  if (short) throw new NamedError('invalid_arguments', `ablo ${name} has no option ${short}. See ablo ${name} --help.`);
  for (const text of raw) {
    const option = /^--(?:no-)?([^=]+)/.exec(text)?.[1];
    if (option === undefined || known.includes(option)) continue;
    const guess = nearest(option, known);
    const hint = guess ? `Did you mean --${guess}?` : `See ablo ${name} --help.`;
    throw new NamedError('invalid_arguments', `ablo ${name} has no option --${option}. ${hint}`);
  }
}

function refuseExtraWords(name: string, words: readonly string[], args: ArgsDef): void {
  if (words.length === 0 || Object.values(args).some(({ type }) => type === 'positional')) return;
  throw new NamedError('invalid_arguments', `ablo ${name} takes no '${words[0]}'. See ablo ${name} --help.`);
}

export interface Located {
  command: CommandDef;
  /** The words that name it: `ablo keys create`. */
  path: string[];
  /** The arguments without those words. */
  rest: string[];
}

/** The command that the arguments name. Throws if one of the words is unknown. */
export async function locate(root: CommandDef, args: readonly string[]): Promise<Located> {
  const located: Located = { command: root, path: ['ablo'], rest: [...args] };
  for (const name of args.filter((text) => !text.startsWith('-'))) {
    const commands = (await resolve(located.command.subCommands)) ?? {};
    const names = Object.keys(commands);
    if (names.length === 0) break;
    if (!names.includes(name)) {
      const guess = nearest(name, names);
      const hint = guess ? `Did you mean \`${guess}\`?` : `There are ${names.join(', ')}.`;
      throw new NamedError('unknown_command', `There is no command \`${name}\`. ${hint}`);
    }
    located.command = (await resolve(commands[name])) as CommandDef;
    located.path.push(name);
    located.rest.splice(located.rest.indexOf(name), 1);
  }
  return located;
}

export async function run({ command, path, rest }: Located): Promise<void> {
  try {
    await runCommand(command, { rawArgs: rest });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'CLIError')) throw error;
    const message = stripVTControlCharacters(error.message);
    throw new NamedError('invalid_arguments', `${message}. See ${path.join(' ')} --help.`);
  }
}

export async function usage({ command, path }: Located): Promise<string> {
  const above = path.length > 1 ? { meta: { name: path.slice(0, -1).join(' ') } } : undefined;
  const text = await renderUsage(command, above);
  return paint.isColorSupported ? text : stripVTControlCharacters(text);
}

function resolve<T>(value: T | (() => T)): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}
