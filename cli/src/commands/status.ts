// SPDX-License-Identifier: MIT
//
// ablo status: what this project talks to: the server, the schema in force there, and as whom.
import { command } from '../command';
import { serverOption } from '../options';
import { request, serverUrl } from '../request';
import { paint, say } from '../terminal';

interface SchemaAnswer {
  active: boolean;
  version?: number;
  hash?: string;
}

interface IdentityAnswer {
  participantKind: string;
  participantId: string;
  organizationId: string;
  credential: string | null;
}

export const status = command({
  name: 'status',
  description: 'Show the server, the schema in force there, and who you are to it',
  args: { url: serverOption },
  async run(args) {
    const url = serverUrl(args.url);
    const identity = await request<IdentityAnswer>(url, 'GET', '/auth/identity');
    const { active, version, hash } = await request<SchemaAnswer>(url, 'GET', '/schema');
    say(
      [
        `${paint.dim('server      ')}  ${url}`,
        `${paint.dim('organization')}  ${identity.organizationId}`,
        `${paint.dim('you are     ')}  ${identity.participantKind} ${identity.participantId}, ${credential(identity)}`,
        `${paint.dim('schema      ')}  ${active ? `version ${version} ${hash}` : 'none yet: run `npx ablo push`'}`,
      ],
      { url, ...identity, schema: active ? { version, hash } : null },
    );
  },
});

function credential({ credential }: IdentityAnswer): string {
  return credential === null ? 'without a key (this machine only)' : `by the key in ABLO_API_KEY (${credential})`;
}
