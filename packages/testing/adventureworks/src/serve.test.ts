import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const program = fileURLToPath(new URL("serve.ts", import.meta.url));

test("ends at once when stdin is empty", async () => {
  const child = spawn(process.execPath, [program, "--scale", "0.01"], {
    stdio: ["ignore", "ignore", "inherit"],
  });

  expect(await once(child, "exit")).toEqual([0, null]);
});

function start(...flags: string[]) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, "--scale", "0.01", ...flags],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const firstLine = once(createInterface({ input: child.stdout }), "line").then(String);
  return { child, firstLine, exit: once(child, "exit") };
}

test("prints where both sources are, serves, and ends with stdin", async () => {
  const { child, firstLine, exit } = start("--user", "me", "--password", "secret");

  const { mssql, api } = JSON.parse(await firstLine);
  const response = await fetch(`${api.url}/PurchaseOrderHeader?limit=1`, {
    headers: { authorization: `Basic ${Buffer.from("me:secret").toString("base64")}` },
  });
  child.stdin.end();

  expect(mssql).toEqual({
    host: "127.0.0.1",
    port: expect.any(Number),
    user: "me",
    password: "secret",
    database: "AdventureWorks",
  });
  expect(await response.json()).toMatchObject({ data: [{ PurchaseOrderID: 1 }], total: 40 });
  expect(await exit).toEqual([0, null]);
});

test("makes a new password for every run and ends with SIGTERM", async () => {
  const first = start();
  const second = start();

  const passwords = [await first.firstLine, await second.firstLine].map(
    (line) => JSON.parse(line).api.password,
  );
  first.child.kill("SIGTERM");
  second.child.kill("SIGTERM");

  expect(passwords[0]).not.toBe(passwords[1]);
  expect(await first.exit).toEqual([0, null]);
  expect(await second.exit).toEqual([0, null]);
});
