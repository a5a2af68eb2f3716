import assert from "node:assert/strict";
import { test } from "node:test";
import { partHeader } from "../../../src/params/multipart/part-header.ts";

const of = (disposition: string, type?: string, more: Readonly<Record<string, readonly string[]>> = {}) =>
  partHeader({
    "content-disposition": [Buffer.from(disposition).toString("latin1")],
    ...(type === undefined ? {} : { "content-type": [type] }),
    ...more,
  });
const fileName = (filename: string) => of(`form-data; name="f"; filename="${filename}"`).filename;

test("a name, a filename, a type", () => {
  assert.deepEqual(of('form-data; name="a"'), {
    name: "a",
    filename: undefined,
    contentType: "application/octet-stream",
  });
  assert.deepEqual(of('Form-Data; Filename="ü.txt"; NAME=a', "text/plain; charset=x"), {
    name: "a",
    filename: "ü.txt",
    contentType: "text/plain; charset=x",
  });
  assert.equal(of('form-data; name="a%22b%0D%0Ac%2F%zz"').name, 'a"b\r\nc%2F%zz');
  assert.equal(of('form-data; name=""').name, "");
});

test("a filename is a base name without control characters, whatever the system it comes from", () => {
  const names: Readonly<Record<string, string>> = {
    "../../etc/passwd": "passwd",
    "/": "",
    "..": "",
    "a/..": "",
    "C:\\dir\\a.txt": "a.txt",
    "a/b\\..\\c": "c",
    "nul\u0000.png": "nul.png",
    "..\u0000": "",
    "a%0D%0AX-Injected: 1": "aX-Injected: 1",
    "%2e%2e%2fa": "%2e%2e%2fa",
    'a\\"b': 'a"b',
    "": "",
  };
  for (const [sent, read] of Object.entries(names)) assert.equal(fileName(sent), read, JSON.stringify(sent));
});

test("filename* makes no file, and does not name one", () => {
  assert.equal(of("form-data; name=a; filename*=UTF-8''evil.txt").filename, undefined);
  assert.equal(of("form-data; name=a; filename=x; filename*=UTF-8''evil.txt").filename, "x");
});

test("a file's type that cannot be one is octets; a text's is refused", () => {
  for (const type of ["text", "a/b; c", "text/plain\u00e9", "text/plain, text/html", ""]) {
    assert.equal(of("form-data; name=a; filename=x", type).contentType, "application/octet-stream", type);
  }
  assert.throws(() => of("form-data; name=a", "a/b; c"), { code: "ERR_BODY_SYNTAX", status: 400 });
});

test("what is no part of a form is refused", () => {
  const syntax = { code: "ERR_BODY_SYNTAX", status: 400 };
  for (const disposition of ["", "attachment; name=a", "form-data", "form-data; filename=x", 'form-data; name="a'])
    assert.throws(() => of(disposition), syntax, disposition);
  assert.throws(() => of(`form-data; name=a${"; x=y".repeat(16)}`), syntax);
  assert.throws(() => of("form-data; name=a", `text/plain${";".repeat(17)}`), syntax);
  for (const disposition of ["form-data; name=a; name=b", "form-data; name=a; filename=x; filename=y"])
    assert.throws(() => of(disposition), syntax, disposition);
  assert.throws(() => partHeader({}), syntax);
  const twice = { "content-disposition": ["form-data; name=a", "form-data; name=b"] };
  assert.throws(() => partHeader(twice), syntax);
  assert.throws(() => of("form-data; name=a", "multipart/mixed; boundary=c"), syntax);
  assert.equal(of("form-data; name=a; filename=x", "multipart/mixed; boundary=c").filename, "x");
  const type = { code: "ERR_BODY_TYPE", status: 415 };
  assert.throws(() => of("form-data; name=a", "text/plain; charset=iso-8859-1"), type);
  for (const encoding of ["base64", "quoted-printable", "x"])
    assert.throws(() => of("form-data; name=a", undefined, { "content-transfer-encoding": [encoding] }), type);
});
