// SPDX-License-Identifier: MIT
//
// A lock on a directory, for a database that has none of its own: two processes that open one would each ruin what
// the other writes. The file `lock` names its holder; a holder that died is told by its pid, and by when the process
// with that pid began, since pids are used again.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NamedError } from '../errors/named-error';

const kBeingWritten = 2_000; // ms
const heldHere = new Set<string>();

/** Returns what gives the directory back. */
export function lockDirectory(directory: string): () => void {
  const file = join(resolve(directory), 'lock');
  mkdirSync(directory, { recursive: true });
  const mine = describe(process.pid);
  while (!create(file, mine)) {
    const theirs = read(file);
    if (theirs === undefined) continue; // given back meanwhile
    const pid = Number.parseInt(theirs.text, 10);
    if (pid === process.pid ? heldHere.has(file) : theirs.text === describe(pid) || theirs.isNew) {
      const holder = `The process ${pid || 'that is starting'} uses ${directory}.`;
      throw new NamedError('directory_locked', `${holder} Stop it, or give another directory with --dir.`);
    }
    removeStale(file, theirs.text);
  }
  heldHere.add(file);
  return () => {
    heldHere.delete(file);
    if (read(file)?.text === mine) rmSync(file, { force: true });
  };
}

/** The pid and when it began; nothing when there is no such process. */
function describe(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  let began = '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // no /proc here: the pid has to do
  }
  return `${pid} ${began}\n`;
}

function create(file: string, text: string | undefined): boolean {
  try {
    writeFileSync(file, text ?? '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** `isNew`: the file is there and its holder has not written its name yet. */
function read(file: string): { text: string; isNew: boolean } | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, isNew: text === '' && Date.now() - statSync(file).mtimeMs < kBeingWritten };
  } catch {
    return undefined;
  }
}

/** Of several that find a stale lock one moves it away; who moved somebody's new lock puts it back. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readFileSync(aside, 'utf8');
  if (moved !== stale) create(file, moved);
  rmSync(aside, { force: true });
}
