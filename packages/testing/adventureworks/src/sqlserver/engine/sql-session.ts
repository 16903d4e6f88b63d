import { bindPredicate, bindValue } from "./bind-expression.ts";
import type { TableLookup } from "./bind-from.ts";
import { QueryBinder } from "./bind-query.ts";
import { type Bound, type BoundVariable, emptyFrame, type SessionFacts } from "./bound.ts";
import { convertBound } from "./bound-type.ts";
import type { Cursor } from "./cursor.ts";
import { type Engine, productVersion } from "./engine.ts";
import { SqlError, syntaxError, undeclaredVariable } from "./error.ts";
import { parseBatch } from "./parse-statement.ts";
import { Scope } from "./scope.ts";
import { command, type Session, type SessionEvent, type Variable } from "./session-event.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Expression, Query, Select, Statement } from "./syntax-tree.ts";
import { tableFunction } from "./table-function.ts";
import { nvarchar } from "./type.ts";
import { textOf } from "./value.ts";

/** One login: its database, transaction and running batch. */
export class SqlSession implements Session {
  readonly id: number;
  #engine: Engine;
  #user: string;
  #serverName: string;
  #database: string;
  #loginDatabase: string;
  #transactionDepth = 0;
  #rowCount = 0;
  #isSnapshot = false;
  /** What the transaction under SNAPSHOT saw first. */
  #snapshot: Snapshot | undefined;
  #variables = new Map<string, BoundVariable>();

  constructor(engine: Engine, options: { user: string; database: string; serverName: string }) {
    this.id = engine.takeSessionId();
    this.#engine = engine;
    this.#user = options.user;
    this.#serverName = options.serverName;
    this.#database = options.database;
    this.#loginDatabase = options.database;
  }

  get database(): string {
    return this.#database;
  }

  get transactionDepth(): number {
    return this.#transactionDepth;
  }

  *execute(sql: string, variables: readonly Variable[]): Iterable<SessionEvent> {
    this.#variables = new Map(
      variables.map(({ name, type, value }) => [name.toLowerCase(), { type, value }]),
    );
    yield* this.#run(parseBatch(sql));
  }

  check(sql: string): void {
    parseBatch(sql);
  }

  reset(): void {
    this.#transactionDepth = 0;
    this.#isSnapshot = false;
    this.#snapshot = undefined;
    this.#database = this.#loginDatabase;
  }

  *changeTransaction(change: "begin" | "commit" | "rollback"): Iterable<SessionEvent> {
    if (change === "begin") {
      this.#transactionDepth += 1;
      if (this.#transactionDepth === 1) yield { type: "transaction", change };
    } else {
      if (this.#transactionDepth === 0) {
        const [number, word] = change === "commit" ? [3902, "COMMIT"] : [3903, "ROLLBACK"];
        throw new SqlError(
          number,
          `The ${word} TRANSACTION request has no corresponding BEGIN TRANSACTION.`,
        );
      }
      this.#transactionDepth = change === "commit" ? this.#transactionDepth - 1 : 0;
      if (this.#transactionDepth === 0) {
        this.#snapshot = undefined;
        yield { type: "transaction", change };
      }
    }
    yield { type: "done", command: command[change] };
  }

  *#run(statements: readonly Statement[]): Iterable<SessionEvent> {
    for (const statement of statements) yield* this.#statement(statement);
  }

  *#statement(statement: Statement): Iterable<SessionEvent> {
    switch (statement.type) {
      case "query":
        yield* this.#query(statement);
        return;
      case "declare":
        for (const { name, of, value } of statement.variables) {
          this.#variables.set(name.toLowerCase(), { type: of, value: null });
          if (value !== undefined) this.#assign(name, this.#bound(value));
        }
        return;
      case "set-variable":
        this.#assign(statement.name, this.#bound(statement.value));
        yield { type: "done", command: command.set };
        return;
      case "set-option":
        if (statement.isolation !== undefined)
          this.#isSnapshot = statement.isolation === "snapshot";
        yield { type: "done", command: command.set };
        return;
      case "use":
        yield* this.#use(statement.database);
        return;
      case "transaction":
        yield* this.changeTransaction(statement.change);
        return;
      case "print": {
        const text = convertBound(this.#bound(statement.value), nvarchar(4000)).evaluate(
          emptyFrame,
        );
        yield { type: "info", number: 0, message: text === null ? "" : textOf(text) };
        return;
      }
      case "wait":
        yield { type: "wait", delayMs: delayOf(this.#bound(statement.delay)) };
        yield { type: "done", command: command.set };
        return;
      case "if": {
        const context = this.#binder().context(new Scope(undefined));
        const condition = bindPredicate(statement.condition, context, "IF");
        yield* this.#run(
          condition.evaluate(emptyFrame) === true ? statement.body : statement.otherwise,
        );
      }
    }
  }

  *#query(statement: Extract<Statement, { type: "query" }>): Iterable<SessionEvent> {
    const { body } = statement.query;
    if (body.type === "select" && body.items.some((item) => item.type === "assign")) {
      this.#select(statement, body);
      yield { type: "done", command: command.select, rowCount: this.#rowCount };
      return;
    }
    const counted = countRows(this.#binder().bind(statement.query, undefined).open(undefined));
    yield { type: "rows", cursor: counted.cursor };
    this.#rowCount = counted.count();
  }

  /** SELECT @a = …: the last row decides; without a row the variables keep their values. */
  #select({ query }: Extract<Statement, { type: "query" }>, body: Select): void {
    const names: string[] = [];
    const items = body.items.map((item) => {
      if (item.type !== "assign")
        throw new SqlError(
          141,
          "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.",
          { class: 15 },
        );
      names.push(item.variable);
      return { type: "expression" as const, expression: item.expression, alias: undefined };
    });
    const cursor = this.#binder()
      .bind({ ...query, body: { ...body, items } }, undefined)
      .open(undefined);
    const counted = countRows(cursor);
    while (counted.cursor.next());
    this.#rowCount = counted.count();
    if (this.#rowCount === 0) return;
    names.forEach((name, index) => {
      const type = cursor.columns[index]?.type;
      if (type === undefined) return;
      const value = cursor.values[index] ?? null;
      this.#assign(name, {
        type,
        nullable: true,
        isPredicate: false,
        isConstant: true,
        sourceMask: 0,
        evaluate: () => value,
      });
    });
  }

  *#use(name: string): Iterable<SessionEvent> {
    const database = this.#engine.findDatabase(name);
    if (database === undefined)
      throw new SqlError(
        911,
        `Database '${name}' does not exist. Make sure that the name is entered correctly.`,
      );
    const before = this.#database;
    this.#database = database;
    yield { type: "database", now: database, before };
    yield { type: "info", number: 5701, message: `Changed database context to '${database}'.` };
    yield { type: "done", command: command.use };
  }

  #assign(name: string, bound: Bound): void {
    const variable = this.#variables.get(name.toLowerCase());
    if (variable === undefined) throw undeclaredVariable(name);
    const value = convertBound(bound, variable.type).evaluate(emptyFrame);
    this.#variables.set(name.toLowerCase(), { type: variable.type, value });
  }

  #bound(expression: Expression): Bound {
    return bindValue(expression, this.#binder().context(new Scope(undefined)));
  }

  #binder(): QueryBinder {
    const surroundings = { variables: this.#variables, facts: this.#facts() };
    return new QueryBinder(surroundings, (parts) => this.#find(parts));
  }

  #find(parts: readonly string[]): ReturnType<TableLookup> {
    const found = this.#engine.find(parts, this.#database, this.#visible());
    if (found === undefined || !("view" in found)) return found;
    return { query: this.#binder().bind(queryOf(found.view.definition.sql), undefined) };
  }

  /** A transaction under SNAPSHOT sees what was there when it first read. */
  #visible(): Snapshot {
    if (!this.#isSnapshot || this.#transactionDepth === 0) return this.#engine.now;
    this.#snapshot ??= this.#engine.takeSnapshot();
    return this.#snapshot;
  }

  #facts(): SessionFacts {
    return {
      spid: this.id,
      user: this.#user,
      database: this.#database,
      databases: this.#engine.databases,
      transactionDepth: this.#transactionDepth,
      rowCount: this.#rowCount,
      serverName: this.#serverName,
      productVersion,
      now: new Date(),
      history: this.#visible().history(this.#engine.rowVersionMin),
      tableFunction: (name, values, table) =>
        tableFunction(name, values, {
          engine: this.#engine,
          table,
          history: this.#visible().history(this.#engine.rowVersionMin),
          describe: (sql) => this.#binder().bind(queryOf(sql), undefined).columns,
        }),
      ...this.#engine.catalogFacts(),
    };
  }
}

/** The one query that a text holds. */
function queryOf(sql: string): Query {
  const [statement] = parseBatch(sql);
  if (statement?.type !== "query") throw syntaxError(sql.slice(0, 20));
  return statement.query;
}

/** The milliseconds of WAITFOR DELAY 'hh:mm:ss.mmm'. */
function delayOf(bound: Bound): number {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?$/.exec(
    textOf(bound.evaluate(emptyFrame)),
  );
  if (match === null)
    throw new SqlError(148, "Incorrect time syntax in time string used with WAITFOR.", {
      class: 15,
    });
  const [, hours, minutes, seconds = "0"] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** A cursor that remembers how many rows were read from it. */
function countRows(cursor: Cursor): { cursor: Cursor; count: () => number } {
  let count = 0;
  const counting: Cursor = {
    columns: cursor.columns,
    values: cursor.values,
    next: () => {
      const hasRow = cursor.next();
      if (hasRow) count += 1;
      return hasRow;
    },
  };
  return { cursor: counting, count: () => count };
}
