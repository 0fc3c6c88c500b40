// SPDX-License-Identifier: MIT
//
// Starts the page: who is looking (`?as=ada`), then the provider around the board. The provider fetches a session
// token from our own server, which is the only place that knows the secret key (see ../server.ts).

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AbloProvider } from '@abloatai/ablo/react';
import { schema } from '../ablo.schema';
import { personOf } from '../people';
import { Board } from './board';
import { Console } from './console';
import { DeskProvider } from './desk';
import { Welcome } from './welcome';

const me = personOf(new URLSearchParams(location.search).get('as'));

createRoot(document.getElementById('board')!).render(
  <StrictMode>
    {me ? (
      <AbloProvider schema={schema} authEndpoint={`/api/ablo-session?as=${me.id}`} userId={me.id}>
        <DeskProvider>
          <Board me={me} />
          <Console />
        </DeskProvider>
      </AbloProvider>
    ) : (
      <Welcome />
    )}
  </StrictMode>,
);
