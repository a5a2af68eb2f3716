/** `wrapNestedParams`: `cart[items][]=tea` as `{ cart: { items: ["tea"] } }`. */
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { checkCount } from "../limits.ts";
import { type NestedParams, nested } from "../params/nest.ts";
import { gathered, type Params, type WithParams } from "../params/record.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import type { Layer, Middleware } from "../ring.ts";

export type { Nested, NestedParams } from "../params/nest.ts";

/** What `wrapNestedParams` adds to the request. */
export interface WithNestedParams extends Layer {
  readonly request: {
    readonly nestedParams: {
      /** `queryParams`, nested. */
      readonly query: NestedParams;
      /** `formParams`, nested; where `wrapMultipartParams` stands outside, the text fields of its forms too. */
      readonly form: NestedParams;
    };
  };
  readonly response: {};
}

/** The options of `wrapNestedParams`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface NestedParamsOptions {
  /** Pairs of brackets in one name. Default 8, at most 32. */
  readonly depth?: number | undefined;
  /** Elements of an array that brackets make, and one more than its highest index. Default 100, at most 1000. */
  readonly arrayLimit?: number | undefined;
  /** Is told of a refused request, and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

/**
 * Adds `request.nestedParams`. `a[b]=1` is an object, `a[]=1` an array, `a[0]=1` too, its gaps closed; `a=1&a[b]=2` is an
 * array of both; brackets that do not close are text. How many names there may be, `wrapParams` and
 * `wrapMultipartParams` say. Refuses with `ERR_PARAMS_LIMIT` (400) what goes past a limit.
 */
export function wrapNestedParams(options: NestedParamsOptions = {}): Middleware<WithParams, WithNestedParams> {
  checkNames(options, ["depth", "arrayLimit", "onRefused"], "wrapNestedParams");
  const { depth = 8, arrayLimit = 100, onRefused } = options;
  checkCount("depth", depth, 1, 32);
  checkCount("arrayLimit", arrayLimit, 1, 1000);
  checkOnRefused(onRefused);
  const limits = { depth, arrayLimit };
  return (handler) => async (request) => {
    if (request.queryParams === undefined)
      throw badOption("order", "wrapNestedParams needs .use(wrapParams()) outside of it");
    let nestedParams: WithNestedParams["request"]["nestedParams"];
    try {
      nestedParams = { query: nested(request.queryParams, limits), form: nested(formOf(request), limits) };
    } catch (error) {
      if (error instanceof RinglightError) return refuse(error, request, onRefused);
      throw error;
    }
    return handler({ ...request, nestedParams } as Parameters<typeof handler>[0]);
  };
}

/** A body is one kind of form or the other; a multipart one may hold files, which have no place here. */
function formOf({
  formParams,
  multipartParams,
}: WithParams["request"] & { readonly multipartParams?: object }): Params {
  const texts = Object.entries(multipartParams ?? {}).flatMap(([name, values]: [string, unknown]) =>
    [values].flat().flatMap((value) => (typeof value === "string" ? [[name, value] as const] : [])),
  );
  return texts.length === 0 ? formParams : gathered(texts);
}
