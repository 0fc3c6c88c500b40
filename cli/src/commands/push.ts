// SPDX-License-Identifier: MIT
//
// ablo push: makes the schema of this project the one in force on a server.
import { command } from '../command';
import { schemaOption, serverOption } from '../options';
import { request, serverUrl } from '../request';
import { findSchema, loadSchema } from '../schema-file';
import { paint, say } from '../terminal';

interface Pushed {
  version: number;
  hash: string;
  unchanged: boolean;
  repaired: string[];
}

export const push = command({
  name: 'push',
  description: 'Make the schema of this project the one in force on a server',
  args: {
    schema: schemaOption,
    url: serverOption,
  },
  async run(args) {
    const url = serverUrl(args.url);
    const schema: unknown = JSON.parse(await loadSchema(findSchema(args.schema)));
    const pushed = await request<Pushed>(url, 'POST', '/schema', { schema });
    const outcome = pushed.unchanged ? 'is in force already' : 'is in force now';
    const line = `${paint.green('✓')} Version ${pushed.version} ${paint.dim(pushed.hash)} ${outcome} on ${url}`;
    say([line, ...pushed.repaired.map((what) => `  ${paint.dim('repaired:')} ${what}`)], pushed);
  },
});
