/** A header that a response gets unless it has one of that name. */
import { headerKey } from "../response-header.ts";
import {
  type Bare,
  isResponseMap,
  type Middleware,
  type RequestMap,
  type Responder,
  type ResponseMap,
} from "../ring.ts";

/** The response with the header, its name in lower case, unless it has it. What is no response is handed back. */
export function withDefaultHeader<Response>(response: Response, name: string, value: string): Response {
  if (!isResponseMap(response) || headerKey(response.headers, name) !== undefined) return response;
  return { ...response, headers: { ...response.headers, [name]: value } };
}

/** A middleware that does nothing but that; where `value` gives `undefined` it does nothing. */
export function wrapHeader(name: string, value: (request: RequestMap) => string | undefined): Middleware {
  const wrap = (handler: Responder<RequestMap, ResponseMap>) => {
    return async (request: RequestMap): Promise<ResponseMap> => {
      const response = await handler(request);
      const given = value(request);
      return given === undefined ? response : withDefaultHeader(response, name, given);
    };
  };
  return wrap as unknown as Middleware<Bare, Bare>; // adds no key to either side
}
