// SPDX-License-Identifier: MIT
//
// ablo push: makes the schema of this project the one in force on a server. What happens to tables that were there before is
// said first.
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
  changes: string[];
}

export const push = command({
  name: 'push',
  description: 'Make the schema of this project the one in force on a server',
  args: {
    schema: schemaOption,
    url: serverOption,
    'dry-run': { type: 'boolean', description: 'Only say what would change in tables that are there' },
  },
  async run(args) {
    const url = serverUrl(args.url);
    const schema: unknown = JSON.parse(await loadSchema(findSchema(args.schema)));
    const planned = await request<Pushed>(url, 'POST', '/schema/plan', { schema });
    const changes = planned.changes.map((what) => `  ${what}`);
    if (args['dry-run']) {
      const nothing = `No table that is there is changed; nothing was done on ${url}`;
      const plan = changes.length > 0 ? ['This would change, and was not done:', ...changes] : [nothing];
      return say([...plan, ...planned.repaired.map((what) => `  ${paint.dim('would be repaired:')} ${what}`)], planned);
    }

    if (changes.length > 0) say(['Tables that are there are changed:', ...changes]);
    const pushed = await request<Pushed>(url, 'POST', '/schema', { schema });
    const outcome = pushed.unchanged ? 'is in force already' : 'is in force now';
    const line = `${paint.green('✓')} Version ${pushed.version} ${paint.dim(pushed.hash)} ${outcome} on ${url}`;
    say([line, ...pushed.repaired.map((what) => `  ${paint.dim('repaired:')} ${what}`)], pushed);
  },
});
