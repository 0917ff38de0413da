// A check that never fails proves nothing: each of these small trees has one fault, which must be found, at its line.
import { checkLayers } from "./layers.mjs";
import { withTree } from "./small-tree.mjs";

const faults = [
  ["native/core/base/a.hpp", '#pragma once\n#include "core/wire/event.hpp"\n', 2, "core/base may not use core/wire"],
  ["native/core/log/a.cpp", '#include "core/hub/hub.hpp"\n', 1, "core/log may not use core/hub"],
  ["native/core/hub/a.cpp", '#include "io/engine.hpp"\n', 1, "core/hub may not use io"],
  ["native/io/a.cpp", '#include "core/hub/registry.hpp"\n', 1, "registry.hpp is a part of the hub"],
  ["native/io/a.cpp", '#include "addon/door.hpp"\n', 1, "io may not use addon"],
  ["native/json/a.cpp", '#include "core/wire/event.hpp"\n', 1, "json may not use core/wire"],
  ["wasm/client/a.cpp", '#include "io/engine.hpp"\n', 1, "wasm/client may not use io"],
  ["wasm/text/a.cpp", '#include "wasm/client/item_table.hpp"\n', 1, "wasm/text may not use wasm/client"],
  ["native/core/wire/a.cpp", '#include "event.hpp"\n', 1, "shows no layer"],
  ["native/core/wire/a.cpp", '#include "core/wire/absent.hpp"\n', 1, "there is no native/core/wire/absent.hpp"],
  ["native/core/wire/a.cpp", "#include <core/wire/event.hpp>\n", 1, "core may not include"],
  ["native/core/wire/a.cpp", "#include <mutex>\n", 1, "core may not include <mutex>"],
  ["native/core/wire/a.cpp", "#include <napi.h>\n", 1, "core may not include <napi.h>"],
  ["native/core/wire/a.cpp", "// ::now()\nauto t = Clock::now();\n", 2, "the core cannot ask for the time"],
  ["native/core/wire/a.cpp", "void f() {\n  std::abort();\n}\n", 2, "the core does not end the process"],
  ["native/core/wire/a.cpp", 'void f() { snprintf(b, 1, ""); }\n', 1, "the core does not print"],
  ["native/other/a.cpp", "int x;\n", 1, "no layer of this name"],
  [
    "js/src/client/a.ts",
    'import { x } from "../shared/x.js";\nimport { y } from "../server/y.js";\n',
    2,
    "client may not use server",
  ],
  ["js/src/server/a.ts", 'export type { Y } from "../client/y.js";\n', 1, "server may not use client"],
  ["js/src/server/a.ts", 'const y = await import("millrace/client");\n', 1, "server may not use client"],
  ["js/src/core/a.ts", 'import "../server/y.js";\n', 1, "core may not use server"],
  ["js/src/shared/a.ts", 'import "../core/y.js";\n', 1, "shared may not use core"],
  ["js/src/react/a.ts", 'import fs from "node:fs";\n', 1, "react runs in browsers"],
  ["js/src/client/a.ts", 'import { createTape } from "../testing/tape.js";\n', 1, "client may not use testing"],
  ["js/src/testing/a.ts", 'import { hook } from "../react/index.js";\n', 1, "testing may not use react"],
  ["js/src/testing/a.ts", 'import { readFileSync } from "node:fs";\n', 1, "testing runs in browsers"],
  ["js/src/client/a.ts", 'import { useState } from "react";\n', 1, "only react and next may use React"],
  ["js/src/core/a.ts", 'import "../../../scripts/x.js";\n', 1, "leads out of js/src"],
  ["js/src/server/access/a.ts", 'import "../http/a.js";\n', 1, "server/access may not use server/http"],
  ["js/src/server/hub/a.ts", 'import type { Server } from "../s.js";\n', 1, "server/hub may not use server;"],
  ["js/src/server/stream/a.ts", 'type T = import("../takeover/a.js").T;\n', 1, "may not use server/takeover"],
  ["js/src/server/takeover/a.ts", 'import "../../client/c.js";\n', 1, "server/takeover may not use client"],
  ["js/src/server/proxy/a.ts", "export const x = 1;\n", 1, "no layer of this name"],
  ["js/src/server/http/a.ts", "// .fd\nconst { _handle } = socket;\n", 2, "_handle – only server/takeover"],
  ["js/src/server/http/a.ts", "divert({ descriptor: 7 });\n", 1, "descriptor – only server/takeover"],
  ["js/src/server/s.ts", "const n = handle.fd;\n", 1, "fd – only server/takeover"],
];

// Everything that is allowed and looks nearly like a fault.
const sound = {
  "native/core/wire/event.hpp": "#pragma once\n#include <string>\n",
  "native/core/wire/event.cpp": `#include "core/wire/event.hpp"\n
// std::cout, ::now() and abort() in a comment
const char* const kText = "printf(abort())";
const int kMillion = 1'000'000;
void f() { request.abort(); deadline.snow(); }\n`,
  "native/core/hub/hub.hpp": '#pragma once\n#include "core/wire/event.hpp"\n',
  "native/io/engine.hpp": '#pragma once\n#include "core/hub/hub.hpp"\n#include <mutex>\n',
  "native/addon/door.hpp": '#pragma once\n#include "io/engine.hpp"\n#include "core/hub/hub.hpp"\n#include <napi.h>\n',
  "wasm/text/utf16.hpp": '#pragma once\n#include "core/base/utf8.hpp"\n',
  "native/core/base/utf8.hpp": "#pragma once\n",
  "wasm/client/door.cpp": '#include "wasm/text/utf16.hpp"\n',
  "js/src/shared/x.ts": "export const x = 1;\n",
  "js/src/core/y.ts": 'import { x } from "../shared/x.js";\nexport const y = x;\n',
  "js/src/native/load.ts": 'const addon = require("../../native/index.cjs");\n',
  "js/src/react/z.ts":
    'import { useState } from "react";\nimport { y } from "../core/y.js";\nimport "../client/c.js";\n',
  "js/src/client/c.ts": '// import "../server/s.js"\nexport const text = `import "../server/s.js"`;\n',
  "js/src/server/http/h.ts":
    'import "../takeover/t.js";\nimport "../lifecycle/l.js";\nconst fdOf = Object.getOwnPropertyDescriptor; // .fd\n',
  "js/src/server/takeover/t.ts": "export const descriptorOf = (socket) => socket._handle.fd;\n",
  "js/src/server/lifecycle/l.ts": 'import "../../shared/x.js";\n',
  "js/src/server/edge.ts": 'import "./http/h.js";\nimport "./s.js";\n',
  "js/src/server/s.ts": 'import { AsyncLocalStorage } from "node:async_hooks";\nimport("millrace/native");\n',
};

const check = (files) => withTree(files, (root) => checkLayers(root).problems);

/** Gives what went wrong; an empty list is a pass. */
export function selfTest() {
  const failures = check(sound).map(({ path, line, message }) => `the sound tree: ${path}:${line}: ${message}`);
  for (const [path, text, line, message] of faults) {
    const found = check({ ...sound, [path]: text });
    if (!found.some((problem) => problem.path === path && problem.line === line && problem.message.includes(message))) {
      failures.push(`${path}: expected "${message}" at line ${line}, found ${JSON.stringify(found)}`);
    }
  }
  return { cases: faults.length + 1, failures };
}
