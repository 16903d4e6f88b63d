import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { generate } from "../generate/index.ts";
import { type Api, startApi } from "./server.ts";

const credentials = { user: "reader", password: "pa:ss wörd" };
const authorization = `Basic ${Buffer.from("reader:pa:ss wörd").toString("base64")}`;
const database = generate({ scale: 0.01 });

let api: Api;

beforeAll(async () => {
  api = await startApi({ ...credentials, database, pageSizeMax: 200 });
});

afterAll(() => api.close());

function get(path: string, headers: Record<string, string> = { authorization }): Promise<Response> {
  return fetch(`${api.url}${path}`, { headers });
}

describe("pages", () => {
  test("a page has 100 rows when no limit is named, and the total", async () => {
    const page = await (await get("/SalesOrderHeader")).json();

    expect(page).toMatchObject({ total: 315, data: expect.any(Array) });
    expect(page).toHaveProperty("data.length", 100);
  });

  test("offset and limit choose the rows", async () => {
    const page = await (await get("/SalesOrderHeader?offset=150&limit=2")).json();

    expect(page).toMatchObject({ data: [{ SalesOrderID: 43_809 }, { SalesOrderID: 43_810 }] });
  });

  test("pages put end to end are the whole table, without a row twice", async () => {
    const ids: number[] = [];
    for (let offset = 0; offset < 1300; offset += 200) {
      const text = await (await get(`/SalesOrderDetail?offset=${offset}&limit=200`)).text();
      ids.push(
        ...[...text.matchAll(/"SalesOrderDetailID":(\d+)/g)].map((match) => Number(match[1])),
      );
    }

    expect(ids).toEqual(Array.from({ length: 1213 }, (_, row) => row + 1));
  });

  test("a limit above the cap gives the cap", async () => {
    const page = await (await get("/SalesOrderDetail?limit=100000")).json();

    expect(page).toHaveProperty("data.length", 200);
  });

  test("an offset past the end gives no rows and the total", async () => {
    const response = await get("/PurchaseOrderHeader?offset=5000");

    expect(await response.text()).toBe('{"data":[],"total":40}');
  });

  test.each(["limit=0", "limit=-1", "limit=ten", "limit=1.5", "offset=-1", "limit="])(
    "%s is refused with 400 and a reason",
    async (query) => {
      const response = await get(`/SalesOrderHeader?${query}`);

      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: expect.stringMatching(/^(limit|offset) must be a whole number from [01]$/),
      });
    },
  );

  test("the bare array has the same rows without the wrapping", async () => {
    const bare = await startApi({ ...credentials, database, shape: "array" });
    const wrapped = await (await get("/PurchaseOrderDetail?limit=3")).text();

    const response = await fetch(`${bare.url}/PurchaseOrderDetail?limit=3`, {
      headers: { authorization },
    });

    expect(`{"data":${await response.text()},"total":88}`).toBe(wrapped);
    await bare.close();
  });
});

describe("values", () => {
  test("a sales order line has exact decimals, ISO datetimes, a lower-case uuid and null", async () => {
    const text = await (await get("/SalesOrderDetail?limit=1&offset=3")).text();

    expect(text).toMatch(
      /^\{"data":\[\{"SalesOrderID":\d+,"SalesOrderDetailID":4,"CarrierTrackingNumber":(?:null|"[^"]+"),"OrderQty":\d+,"ProductID":\d+,"SpecialOfferID":\d+,"UnitPrice":\d+\.\d{4},"UnitPriceDiscount":0\.\d{4},"LineTotal":\d+\.\d{6},"rowguid":"[0-9a-f-]{36}","ModifiedDate":"2011-06-10T00:00:00"\}\],"total":1213\}$/,
    );
  });

  test("quantities of purchase orders keep their two decimals", async () => {
    const text = await (await get("/PurchaseOrderDetail?limit=1")).text();

    expect(text).toMatch(/"ReceivedQty":\d+\.\d\d,"RejectedQty":\d+\.\d\d,"StockedQty":\d+\.\d\d,/);
  });
});

describe("access", () => {
  test.each([
    ["no credentials", {}],
    ["a wrong password", { authorization: `Basic ${Buffer.from("reader:no").toString("base64")}` }],
    ["another scheme", { authorization: "Bearer reader:pa" }],
  ])("%s gets 401 and the challenge", async (_, headers) => {
    const response = await get("/SalesOrderHeader", headers);

    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
    expect(await response.json()).toHaveProperty("error");
  });

  test("an unknown path gets 404 and what there is", async () => {
    const response = await get("/Customers");

    expect(response.status).toBe(404);
    expect(await response.text()).toContain("/SalesOrderHeader");
  });

  test("a POST gets 405", async () => {
    const response = await fetch(`${api.url}/SalesOrderHeader`, {
      method: "POST",
      headers: { authorization },
    });

    expect(response.status).toBe(405);
  });
});

describe("transport", () => {
  test.each([
    ["gzip", "gzip"],
    ["br;q=1.0, gzip;q=0.8", "gzip"],
    ["gzip;q=0", undefined],
    ["identity", undefined],
  ])("accept-encoding %s answers with %s", async (accepted, encoding) => {
    const plain = await (await get("/SalesOrderHeader?limit=5")).text();

    const { headers, body } = await rawGet("/SalesOrderHeader?limit=5", accepted);

    expect(headers["content-encoding"]).toBe(encoding);
    expect((encoding === "gzip" ? gunzipSync(body) : body).toString()).toBe(plain);
  });

  test("faults hit the requests that they name", async () => {
    const faulty = await startApi({
      ...credentials,
      database,
      faults: [
        { request: 0, type: "status", status: 503, retryAfterSeconds: 7 },
        { request: 1, type: "disconnect", afterBytes: 100 },
      ],
    });
    const fetchPage = () => fetch(`${faulty.url}/SalesOrderHeader`, { headers: { authorization } });

    const unavailable = await fetchPage();
    const cut = await fetchPage();

    expect([unavailable.status, unavailable.headers.get("retry-after")]).toEqual([503, "7"]);
    await expect(cut.text()).rejects.toThrow("terminated");
    expect((await fetchPage()).status).toBe(200);
    await faulty.close();
  });
});

/** fetch decodes gzip by itself; this does not. */
function rawGet(path: string, acceptEncoding: string) {
  return new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>(
    (resolve, reject) => {
      request(
        `${api.url}${path}`,
        { headers: { authorization, "accept-encoding": acceptEncoding } },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () =>
            resolve({ headers: response.headers, body: Buffer.concat(parts) }),
          );
        },
      )
        .on("error", reject)
        .end();
    },
  );
}
