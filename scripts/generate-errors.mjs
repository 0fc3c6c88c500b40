// The one list of errors, wasm/core/errors.json, becomes C++, TypeScript (for js and for server, which may not import each other), SQL and docs.
//
// A code may end in who says it: "source", Data Sources alone; "server", the server and the commands, to whoever started
// them, so that no client meets it; "told", the server and Data Sources, sentence included, so that clients do without it;
// "http", likewise, and never over a socket, so that the core does without it; "page", the client's JavaScript alone.
//
// node scripts/generate-errors.mjs [--check]   --check only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const all = JSON.parse(readFileSync(new URL('wasm/core/errors.json', root), 'utf8'));
const saidBy = (...whom) => all.filter(([, , , , who = 'all']) => whom.includes(who));
const errors = saidBy('all', 'told');
const ofClient = saidBy('all', 'told', 'http', 'page');
const ofSource = saidBy('source');
const note = 'Generated from wasm/core/errors.json by scripts/generate-errors.mjs. Do not edit.';

const cpp = `// SPDX-License-Identifier: MIT
// ${note}
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace ablo {

enum class ErrorCode {
${errors.map(([code]) => `  ${code},`).join('\n')}
};

inline constexpr std::array<std::string_view, ${errors.length}> kErrorCodes{
${errors.map(([code]) => `    "${code}",`).join('\n')}
};

constexpr std::string_view codeText(ErrorCode code) { return kErrorCodes[static_cast<std::size_t>(code)]; }
constexpr std::optional<ErrorCode> errorCode(std::string_view text) {
  for (std::size_t i = 0; i < kErrorCodes.size(); ++i)
    if (kErrorCodes[i] == text) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

/// What it means and what to do about it. Linked from sentences.cpp, or from elsewhere by who has them elsewhere.
std::string_view sentence(ErrorCode code);

}  // namespace ablo
`;

const sentences = `// SPDX-License-Identifier: MIT
// ${note}
#include "ablo/error_code.h"

std::string_view ablo::sentence(ErrorCode code) {
  switch (code) {
${errors.map(([code, , , sentence]) => `    case ErrorCode::${code}: return ${JSON.stringify(sentence)};`).join('\n')}
  }
  return {};
}
`;

const entry = ([code, kind, status, sentence]) => `  ${code}: { kind: '${kind}', status: ${status}, sentence: ${JSON.stringify(sentence)} },`;
const toldEntry = ([code, kind, status]) => `  ${code}: { kind: '${kind}', status: ${status} },`;

const ts = (entries, sentence) => `// SPDX-License-Identifier: MIT
// ${note}

export type ErrorKind = ${[...new Set(ofClient.map(([, kind]) => `'${kind}'`))].join(' | ')};

/** What is known of each code: the error class, the HTTP status (null: never on the wire) and ${sentence}. */
export const errorCodes = {
${entries.join('\n')}
} as const satisfies Record<string, KnownError>;

export interface KnownError {
  kind: ErrorKind;
  status: number | null;
  sentence?: string;
}

export type ErrorCode = keyof typeof errorCodes;
`;
const client = ts(ofClient.map((error) => (error[4] === 'told' || error[4] === 'http' ? toldEntry : entry)(error)), 'one sentence, if the server does not say it');
const server = ts(saidBy('all', 'told', 'http', 'server').map(entry), 'one sentence');

const source = `// SPDX-License-Identifier: MIT
// ${note}

export const sourceErrorCodes = {
${ofSource.map(entry).join('\n')}
} as const;

export type SourceErrorCode = keyof typeof sourceErrorCodes;

/** What a client is told by whoever refuses it. */
export const toldSentences = {
${saidBy('told', 'http').map(([code, , , sentence]) => `  ${code}: ${JSON.stringify(sentence)},`).join('\n')}
};
`;

const sql = `-- SPDX-License-Identifier: MIT
-- ${note}

create or replace function ablo.sentence(code text) returns text language sql immutable as $$
  select case code
${errors.map(([code, , , sentence]) => `    when '${code}' then '${sentence.replaceAll("'", "''")}'`).join('\n')}
  end;
$$;
`;

const docs = `# Errors

<!-- ${note} -->

Every rejection is an \`AbloError\` with a \`code\`. The class tells the family, the code what happened, the message what to do.

| code | class | HTTP | meaning and next step |
|---|---|---|---|
${all.map(([code, kind, status, sentence]) => `| \`${code}\` | \`Ablo${kind}Error\` | ${status ?? ''} | ${sentence} |`).join('\n')}
`;

let stale = 0;
for (const [path, text] of [['wasm/core/include/ablo/error_code.h', cpp], ['wasm/core/src/base/sentences.cpp', sentences], ['js/src/errors/codes.ts', client], ['js/src/source/codes.ts', source], ['server/src/errors/codes.ts', server], ['server/src/postgres/sql/sentences.sql', sql], ['docs/reference/errors.md', docs]]) {
  const file = new URL(path, root);
  let now = '';
  try { now = readFileSync(file, 'utf8'); } catch { /* the first time */ }
  if (now === text) continue;
  if (process.argv.includes('--check')) { console.error(`${path} is not up to date: run node scripts/generate-errors.mjs`); stale++; }
  else writeFileSync(file, text);
}
process.exit(stale ? 1 : 0);
