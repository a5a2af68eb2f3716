import assert from "node:assert/strict";
import { cookieJar } from "../../src/testing/cookie-jar.ts";
import { runCorpus } from "./corpus.ts";

// The suite was written then: its dates of 2007 are past, those of 2019 to come.
const now = () => Date.UTC(2011, 0, 1);

runCorpus({
  file: "http-state-pairs",
  outside: () => false,
  outsideCount: 0,
  contradicted: {
    "#27": "D2, and its expected file is the request's, not a Cookie header",
    "#86": "D3: a control character drops the whole line, not its tail",
    "#87": "D3: a control character drops the whole line, not its tail",
    "#88": "S61, and disabled upstream, against path0028: paths are matched without decoding",
  },
  run: ({ name, input, expected }) => {
    const page = `http://home.example.org:8888/cookie-parser?${name}`;
    const lines = (input as string).split("\n");
    const after = (field: string) =>
      lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length));
    const jar = cookieJar({ now });
    jar.store(after("Set-Cookie:"), page);
    const next = new URL(after("Location: ")[0] ?? `/cookie-parser-result?${name}`, page);
    const header = jar.header(next.href);
    assert.equal(header === "" ? "" : `Cookie: ${header}`, expected.replace(/\n+$/, ""));
  },
});
