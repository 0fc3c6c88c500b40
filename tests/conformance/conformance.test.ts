// SPDX-License-Identifier: MIT
//
// The cases of this directory against the package as it is published, with a scripted socket in the server's place.
import { describe, test } from 'node:test';
import { topics } from './case';
import { ScriptedCase } from './scripted-case';

for (const { topic, cases } of topics) {
  describe(topic, () => {
    for (const one of cases) test(one.name, () => new ScriptedCase(one).play(one));
  });
}
