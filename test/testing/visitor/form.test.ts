import assert from "node:assert/strict";
import { test } from "node:test";
import { type FieldValues, type SubmitOptions, type Visitor, visitor } from "../../../src/testing/index.ts";

interface Echo {
  readonly method: string;
  readonly path: string;
  readonly type: string | null;
  readonly body: string;
}

/** A visitor on a page of this HTML; whatever it sends comes back as JSON. */
async function on(html: string, type = "text/html; charset=utf-8"): Promise<Visitor> {
  let first = true;
  const bob = await visitor({
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (first) {
        first = false;
        return new Response(html, { headers: { "content-type": type } });
      }
      const body = await request.text();
      const headers = request.headers.get("content-type");
      return Response.json({ method: request.method, path: pathname + search, type: headers, body } satisfies Echo);
    },
  });
  await bob.get("/dir/page?start");
  return bob;
}

const sent = async (html: string, values?: FieldValues, options?: SubmitOptions): Promise<string> => {
  const page = await (await on(`<form method=post>${html}</form>`)).submit(values, options);
  return page.json<Echo>().body;
};

const refused = async (html: string, values: FieldValues, message: RegExp, options?: SubmitOptions): Promise<void> =>
  assert.rejects(sent(html, values, options), { code: "ERR_VISIT", message });

test("hidden fields, texts, textareas and the first button go as they stand, in the page's order", async () => {
  const html = `<input type=hidden name=token value="a&amp;b"><input name=user value=bob><input type=email name=mail>
    <textarea name=note>\none\ntwo</textarea><input name=off value=x disabled><input value=nameless>
    <input type=button name=no value=no><button type=button name=no>no</button><input type=reset name=no>
    <button name=go value=yes>Go</button><input type=submit name=other value=Other><input name=last value=end>`;
  assert.equal(await sent(html), "token=a%26b&user=bob&mail=&note=one%0D%0Atwo&go=yes&last=end");
  assert.equal(
    await sent(html, { user: "alice", note: "a\r\nb\rc" }, { button: "Other" }),
    "token=a%26b&user=alice&mail=&note=a%0D%0Ab%0D%0Ac&other=Other&last=end",
  );
});

test("boxes that are checked go, and are checked and unchecked", async () => {
  const html = `<input type=checkbox name=a checked><input type=checkbox name=b value=1>
    <input type=checkbox name=c value=1 checked><input type=checkbox name=c value=2>
    <input type=hidden name=d value=0><input type=checkbox name=d value=1>`;
  assert.equal(await sent(html), "a=on&c=1&d=0");
  assert.equal(await sent(html, { a: false, b: true, c: ["2"], d: true }), "b=1&c=2&d=0&d=1");
  assert.equal(await sent(html, { c: [] }), "a=on&d=0");
  assert.equal(await sent(html, { c: "2" }), "a=on&c=2&d=0");
  await refused(html, { c: true }, /^the field c is several checkboxes/);
  await refused(html, { c: ["3"] }, /^the field c offers nothing of this value, but "1", "2"$/);
});

test("of radio buttons one goes, the last that is checked", async () => {
  const html = `<input type=radio name=r value=1 checked><input type=radio name=r value=2 checked>
    <input type=radio name=r value=3><input type=radio name=none value=1>`;
  assert.equal(await sent(html), "r=2");
  assert.equal(await sent(html, { r: "3", none: 1 }), "r=3&none=1");
  await refused(html, { r: "4" }, /^the field r offers nothing of this value/);
  await refused(html, { r: ["1", "2"] }, /^the field r takes one value/);
  await refused(html, { r: true }, /^the field r is no checkbox/);
});

test("a select goes with what is chosen, by default its first", async () => {
  const html = `<select name=a><option disabled>no<option value=1>one<option> two  words </select>
    <select name=b><option selected>x<option selected>y</select>
    <select name=c multiple><option selected>1<option>2<option selected>3</select>
    <select name=d><optgroup disabled><option selected>1</optgroup><option>2</select>`;
  assert.equal(await sent(html), "a=1&b=y&c=1&c=3");
  assert.equal(await sent(html, { a: "two words", b: "x", c: ["2", "3"], d: "2" }), "a=two+words&b=x&c=2&c=3&d=2");
  assert.equal(await sent(html, { c: [] }), "a=1&b=y");
  await refused(html, { a: "no" }, /^the field a offers nothing of this value, but "1", "two words"$/);
  await refused(html, { a: ["1", "two words"] }, /^the field a takes one value/);
});

test("fields of one name are filled in as a list", async () => {
  const html = "<input name=a value=1><input name=a value=2>";
  assert.equal(await sent(html, { a: ["3", "4"] }), "a=3&a=4");
  for (const none of [undefined, null, {}, ["1", undefined]])
    await refused(html, { a: none as never }, /^the field a is given what is no text/);
  await refused(html, { a: "3" }, /^the field a is 2 controls: give a list/);
  await refused("<input name=b>", { b: ["1", "2"] }, /^the field b takes one text/);
});

test("what a fieldset disables does not go, but for its legend", async () => {
  const html = `<fieldset disabled><legend><input name=a value=1></legend><legend><input name=b value=1></legend>
    <input name=c value=1></fieldset><datalist><input name=d value=1></datalist>`;
  assert.equal(await sent(html), "a=1");
  await refused(html, { c: "2" }, /^the form has no field c; there are: a$|did you mean a/);
});

test("controls elsewhere on the page belong by their attribute form", async () => {
  const bob = await on(`<form id=f method=post><input name=a value=1><input name=b value=1 form=g></form>
    <form id=g method=post></form><input name=c value=1 form=f><button form=f name=go value=1>Go</button>`);
  assert.equal((await bob.submit({ c: "2" }, { form: "#f" })).json<Echo>().body, "a=1&c=2&go=1");
});

test("a field, a button or a form that is not there is named, with what is", async () => {
  await refused(
    "<input name=user><input name=pass>",
    { usr: "x" },
    /^the form has no field usr; did you mean user\?; there are: user, pass$/,
  );
  await refused("<p>", { a: "secret" }, /^the form has no field a; it has none$/);
  await refused("<button name=a>Save</button>", {}, /^the form has no button "Delete"; there are: "Save"$/, {
    button: "Delete",
  });
  await refused("<button>Go</button><button>Go</button>", {}, /^the form has 2 buttons "Go"/, { button: "Go" });
  const [one, two] = [await on("<p>nothing"), await on("<form id=a action='/a?secret'></form><form action=/b></form>")];
  await assert.rejects(one.submit(), {
    code: "ERR_VISIT",
    message: /^\/dir\/page should have one form, and has no form/,
  });
  await assert.rejects(two.submit(), {
    message: /one form, and has form\[id="a"\]\[action="\/a"\], form\[action="\/b"\]: name/,
  });
  await assert.rejects(two.submit({}, { form: "#c" }), { message: /should have one form #c/ });
  await assert.rejects(two.submit({}, { form: "form > p" }), { code: "ERR_OPTION", option: "form" });
  assert.equal((await two.submit({}, { form: 'form[action="/b"]' })).json<Echo>().path, "/b");
  const data = await on("{}", "application/json");
  await assert.rejects(data.submit(), {
    message: "/dir/page has no form: it answered 200 with application/json, no HTML",
  });
  await assert.rejects((await on("")).tab().submit(), { message: /^this tab shows no page yet/ });
});

test("it goes where action says, by GET with a query in place of the action's", async () => {
  const go = async (form: string, options?: SubmitOptions) => (await (await on(form)).submit({}, options)).json<Echo>();
  assert.deepEqual(await go("<form action='find?old=1'><input name=q value='a b'></form>"), {
    method: "GET",
    path: "/dir/find?q=a+b",
    type: null,
    body: "",
  });
  assert.equal((await go("<form method=post action='?x=1'></form>")).path, "/dir/page?x=1");
  assert.equal((await go("<base href='/other/'><form method=post action=here></form>")).path, "/other/here");
  assert.equal((await go("<base href='/other/'><form method=post></form>")).path, "/dir/page?start");
  const buttons =
    "<form action=/a><button>A</button><button formaction=/b formmethod=post name=n value=1>B</button></form>";
  assert.equal((await go(buttons)).path, "/a");
  const pressed = await go(buttons, { button: "B" });
  assert.deepEqual([pressed.method, pressed.path, pressed.body], ["POST", "/b", "n=1"]);
  await assert.rejects(go("<form action='https://elsewhere.example/x'></form>"), {
    message: "the form leads away, to https://elsewhere.example",
  });
  await assert.rejects(go("<form action='javascript:1'></form>"), { code: "ERR_VISIT" });
  await assert.rejects(go("<form method=dialog></form>"), { code: "ERR_VISIT" });
});

test("multipart carries files, text/plain lines, a picture where it was pressed", async () => {
  const html =
    "<form method=post enctype=multipart/form-data><input name=a value=1><input type=file name=f><input type=file name=g multiple></form>";
  const file = new File(["octets"], "a.txt", { type: "text/plain" });
  const page = await (await on(html)).submit({ f: file, g: [new Blob(["1"]), file] });
  const { type, body } = page.json<Echo>();
  const form = await new Response(body, { headers: { "content-type": type! } }).formData();
  assert.equal(form.get("a"), "1");
  assert.deepEqual([(form.get("f") as File).name, await (form.get("f") as File).text()], ["a.txt", "octets"]);
  assert.deepEqual(
    form.getAll("g").map((each) => (each as File).name),
    ["blob", "a.txt"],
  );
  const none = (await (await on(html)).submit()).json<Echo>();
  assert.match(none.body, /name="f"; filename=""\r\nContent-Type: application\/octet-stream\r\n\r\n\r\n/);
  const plain = await (await on("<form method=post enctype=text/plain><input name=a value=1></form>")).submit();
  assert.deepEqual([plain.json<Echo>().type, plain.json<Echo>().body], ["text/plain", "a=1\r\n"]);
  assert.equal(await sent("<input type=image name=map alt=Map>"), "map.x=0&map.y=0");
  assert.equal(await sent("<input type=file name=f>", { f: file }), "f=a.txt");
  await refused("<input type=file name=f>", { f: "a.txt" }, /^the field f takes a File or a Blob/);
  await refused("<input type=file name=f>", { f: [file, file] }, /^the field f takes one file/);
  await refused("<input name=f>", { f: file }, /^the field f takes no file/);
});

test("a name with quotes and lines is one name in multipart too", async () => {
  const html = `<form method=post enctype=multipart/form-data><input name='a"b\nc' value=1></form>`;
  assert.match((await (await on(html)).submit()).json<Echo>().body, /; name="a%22b%0D%0Ac"\r\n\r\n1\r\n/);
});

test("a page of XHTML has forms too", async () => {
  const bob = await on("<form action='/x'></form>", "application/xhtml+xml");
  assert.equal((await bob.submit()).json<Echo>().path, "/x");
});

test("a form's values can be looked at before it is sent", async () => {
  const bob = await on(
    "<form><input name=a value=1><input name=b value=1><input name=b value=2><button name=c>x</button></form>",
  );
  const { values, method, action } = bob.page!.form();
  assert.deepEqual(values, { a: "1", b: ["1", "2"] });
  assert.deepEqual([method, action], ["GET", "https://localhost/dir/page?start"]);
});

test("a script's token comes from the page's meta element, unless the test gives one", async () => {
  const fetch = async (request: Request) =>
    new URL(request.url).pathname === "/"
      ? new Response('<meta name="csrf-token" content="t&quot;1">', { headers: { "content-type": "text/html" } })
      : new Response(request.headers.get("x-csrf-token"));
  const bob = await visitor({ fetch });
  await bob.get("/");
  assert.equal((await bob.fetch("/x", { method: "PUT" })).text(), 't"1');
  assert.equal((await bob.fetch("/x")).text(), "");
  assert.equal((await bob.fetch("/x", { method: "POST", headers: { "X-CSRF-Token": "mine" } })).text(), "mine");
});
